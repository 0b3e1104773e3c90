import { parseStrictJson } from "@samoyed/core";
import { type ParsedHeader, parseHeaderWith } from "./read-header.ts";

/**
 * Parses the header that follows the length, for readers of streams. The caller checks that `dataBytes` follow, and the
 * digest before it uses the model.
 *
 * @throws the errors of `readSmydHeader`.
 */
export function parseSmydHeader(header: Uint8Array, label: string): ParsedHeader {
  return parseHeaderWith(parseStrictJson, header, label);
}
