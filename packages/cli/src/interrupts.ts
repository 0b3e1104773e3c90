import { constants } from "node:os";
import { AbortedError } from "@samoyed/core";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** A signal that fires at the first interrupt. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** Leaves interrupts to the process again. */
  release(): void;
}

/**
 * Turns SIGINT and SIGTERM into an abort. The second one ends the process at once: unfinished files go with it, by the
 * sinks' own exit handler.
 */
export function catchInterrupts(): Interrupts {
  const abort = new AbortController();
  const handlers = SIGNALS.map((name) => {
    const handler = (): void => {
      if (abort.signal.aborted) process.exit(128 + constants.signals[name]);
      abort.abort(new AbortedError("interrupted", { hint: "Nothing half-written was left behind." }));
    };
    process.on(name, handler);
    return { name, handler };
  });
  return {
    signal: abort.signal,
    release(): void {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}
