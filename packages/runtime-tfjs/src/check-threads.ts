import { UsageError } from "@samoyed/core";

/** More than any machine has; an engine would try to start them all. */
const MAX_THREADS = 1024;

/**
 * Refuses a number of threads that no engine can use.
 *
 * @throws UsageError when it is given and not an integer from 1 to 1,024.
 */
export function checkThreads(threads: number | undefined): void {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw new UsageError(`threads is ${threads}; expected an integer from 1 to ${MAX_THREADS}`);
  }
}
