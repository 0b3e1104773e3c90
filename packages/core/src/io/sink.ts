/**
 * The destination of a writer's bytes, in order. All or nothing: nothing is visible at the destination before
 * `commit`, and nothing is left behind after `abort`.
 */
export interface Sink {
  /** Bytes accepted so far. */
  readonly position: number;
  /** Appends bytes; the caller may reuse the array when the promise resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Overwrites bytes already written, such as a length that is known only at the end. */
  patch(offset: number, bytes: Uint8Array): Promise<void>;
  /**
   * Gives the output another name in its folder, before `commit`: one that depends on its bytes. Absent where an output
   * keeps the name that it was opened with.
   */
  rename?(file: string): void;
  /** Makes the output visible. */
  commit(): Promise<void>;
  /** Discards everything. Safe to call after a failure; does nothing after `commit`. */
  abort(): Promise<void>;
}
