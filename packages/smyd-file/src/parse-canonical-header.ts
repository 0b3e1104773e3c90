import { FormatError, parseCanonicalJson } from "@samoyed/core";
import { type ParsedHeader, parseHeaderWith } from "./read-header.ts";

/**
 * Parses a header whose JSON is written as Samoyed writes it: to the result of `parseSmydHeader`, in less code.
 *
 * @returns undefined for a header that is written otherwise or is damaged: `parseSmydHeader` reads it, or says what is wrong.
 */
export function parseCanonicalHeader(header: Uint8Array, label: string): ParsedHeader | undefined {
  try {
    return parseHeaderWith(
      (json) => {
        const value = parseCanonicalJson(json);
        if (value === undefined) throw new FormatError("not canonical");
        return value;
      },
      header,
      label,
    );
  } catch {
    return undefined;
  }
}
