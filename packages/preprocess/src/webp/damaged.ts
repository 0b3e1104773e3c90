import { FormatError } from "@samoyed/core";

/** The error for a WebP file that contradicts itself. */
export function damaged(what: string): FormatError {
  return new FormatError(`WebP: ${what}`);
}

/** The error for a WebP file whose end is missing. */
export function truncated(what: string): FormatError {
  return new FormatError(`WebP: the data end before ${what}`, {
    hint: "The file is truncated: fetch or copy it again.",
  });
}
