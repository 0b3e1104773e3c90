import { FormatError } from "../errors.ts";

/**
 * Reads a settings file: one JSON object, in UTF-8.
 *
 * @param file the file in a message.
 * @throws FormatError when the bytes are anything else.
 */
export function parseJsonObject(bytes: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FormatError(`${file} is not a JSON object`, { hint: "Download it anew, or leave it out." });
}
