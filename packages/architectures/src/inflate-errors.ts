import { FormatError } from "@samoyed/core";

/** Options of `inflateArchitectureData`. */
export interface InflateOptions {
  /** The file's name, for messages. */
  readonly label: string;
  /** Largest size of the result; decompression stops beyond it. */
  readonly maxBytes: number;
}

/** The error for bytes that are no raw deflate stream. */
export function damaged(label: string, cause: unknown): FormatError {
  return new FormatError(`${label} is damaged: it cannot be decompressed`, { cause });
}

/** The error for a stream that is larger than it may be. */
export function tooLarge(label: string, maxBytes: number): FormatError {
  return new FormatError(`${label} is damaged: it decompresses to more than ${maxBytes} bytes`, {
    details: { maxBytes },
  });
}
