/** The size of the pieces in which tensors are read and written: large enough for speed, small enough for memory. */
export const CHUNK_BYTES: number = 1 << 20;
