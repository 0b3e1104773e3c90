/** What a read may be given. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bytes that can be read at any offset: a file, a Blob, an HTTP resource, memory.
 * Readers of formats see nothing else, so they run in Node and in browsers alike.
 */
export interface ByteSource {
  readonly byteLength: number;
  /** Where the bytes come from, for error messages: a path, a URL, or a word such as `memory`. */
  readonly label: string;
  /**
   * Reads exactly `length` bytes at `offset`.
   *
   * The returned array is the caller's to keep; memory sources return a view, so do not write to it.
   *
   * @throws FormatError when the range does not lie within the source.
   * @throws IoError when reading fails.
   */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * Reads `target.byteLength` bytes at `offset` into an array of the caller's, where a source can do that cheaply;
   * `readInto` works for every source.
   *
   * @throws as `read` does.
   */
  readInto?(offset: number, target: Uint8Array, options?: ReadOptions): Promise<void>;
  /** Releases the file handle or connection, where there is one. */
  close?(): Promise<void>;
}
