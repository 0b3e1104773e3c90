/** Placeholder in a contract for the source's SHA-256 until the last byte of the source has been read. */
export const UNKNOWN_HASH: string = "0".repeat(64);
