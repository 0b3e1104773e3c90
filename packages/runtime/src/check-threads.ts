import { UsageError } from "@samoyed/core";

/** More than any machine has; an engine would try to start all of them. */
const MAX_THREADS = 1024;

/**
 * Checks a number of threads; `undefined` leaves the number to the engine.
 *
 * @throws UsageError when it is given and not an integer from 1 to `most`, which is 1,024 for an engine without its own
 *   limit.
 */
export function checkThreads(threads: number | undefined, most: number = MAX_THREADS): void {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= most)) {
    throw new UsageError(`threads is ${threads}; expected an integer from 1 to ${most}`);
  }
}
