import type { ErrorCode } from "@samoyed/core";

/** The process's exit statuses. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  badInput: 3,
  unsupported: 4,
  unavailable: 5,
  interrupted: 130,
  /** A fault of Samoyed: an InternalError, or an error that no part of it threw on purpose. */
  internal: 70,
} as const;

/** The exit status for each kind of error. */
export const EXIT_OF_ERROR: Readonly<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  format: EXIT.badInput,
  shape: EXIT.badInput,
  mismatch: EXIT.badInput,
  io: EXIT.badInput,
  unsupported: EXIT.unsupported,
  unavailable: EXIT.unavailable,
  aborted: EXIT.interrupted,
  internal: EXIT.internal,
};
