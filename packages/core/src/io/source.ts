/** Options of a read. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bytes that can be read at any offset: a file, a Blob, an HTTP resource, memory.
 * Format readers depend on nothing else, so they run in Node and in browsers alike.
 */
export interface ByteSource {
  readonly byteLength: number;
  /** Origin of the bytes, for error messages: a path, a URL, or a word such as `memory`. */
  readonly label: string;
  /**
   * Reads exactly `length` bytes at `offset`.
   *
   * The caller may keep the returned array; memory sources return a view, so do not write to it.
   *
   * @throws FormatError when the range is not within the source.
   * @throws IoError when reading fails.
   */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * Reads `target.byteLength` bytes at `offset` into the caller's array, if the source can do that cheaply;
   * `readInto` works for every source.
   *
   * @throws as `read` does.
   */
  readInto?(offset: number, target: Uint8Array, options?: ReadOptions): Promise<void>;
  /**
   * Checks that the bytes are still those that were opened, where the source can tell: of a file its size, its time and
   * whether its path still names it.
   *
   * @throws IoError when they are not, so that what was read may be of two files.
   */
  requireUnchanged?(): Promise<void>;
  /** Releases the file handle or connection, if any. */
  close?(): Promise<void>;
}
