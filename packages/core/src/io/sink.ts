/**
 * Where a writer sends its bytes, in order. Whole or not at all: nothing is visible at the destination before
 * `commit`, and nothing is left behind after `abort`.
 */
export interface Sink {
  /** Bytes accepted so far. */
  readonly position: number;
  /** Appends bytes; the sink is done with the array when the promise resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Overwrites bytes already written: for a length that is known only at the end. */
  patch(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the output visible. */
  commit(): Promise<void>;
  /** Discards everything. Safe to call after a failure, and after `commit` it does nothing. */
  abort(): Promise<void>;
}
