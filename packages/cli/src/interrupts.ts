import { AbortedError } from "@samoyed/core";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** A signal that fires at the first interrupt. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** Leaves interrupts to the process again. */
  release(): void;
}

/**
 * Turns SIGINT and SIGTERM into an abort. The second one has its usual effect, which ends the process whatever blocks:
 * `process.exit` would wait for a thread that opens a file on a server that does not answer. Unfinished files go with
 * it, by the sinks' own handler.
 */
export function catchInterrupts(): Interrupts {
  const abort = new AbortController();
  const handlers = SIGNALS.map((name) => {
    const handler = (): void => {
      if (abort.signal.aborted) {
        release();
        process.kill(process.pid, name);
        return;
      }
      abort.abort(new AbortedError("interrupted", { hint: "Nothing half-written was left behind." }));
    };
    process.on(name, handler);
    return { name, handler };
  });
  function release(): void {
    for (const { name, handler } of handlers) process.off(name, handler);
  }
  return { signal: abort.signal, release };
}
