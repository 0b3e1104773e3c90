import { decodeUtf8 } from "../io/utf8.ts";
import { JsonNumber, type JsonValue, MAX_DEPTH, MAX_VALUES } from "./json-value.ts";

/**
 * Parses JSON that is written as `JSON.stringify` writes it, with spaces after it, as Samoyed's own files have it: what
 * `parseStrictJson` gives for it, in far less code. The engine's parser keeps one of two equal keys and rounds numbers; either
 * shows when its result is written again.
 *
 * @returns undefined for everything else, which `parseStrictJson` parses or refuses.
 */
export function parseCanonicalJson(json: Uint8Array | string): JsonValue | undefined {
  const text = typeof json === "string" ? json : decodeUtf8(json);
  // A value takes two characters, so that there are not too many of them. Half of a surrogate pair is written as an escape.
  if (text === undefined || text.length > 2 * MAX_VALUES || text.includes(String.raw`\ud`)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // Before it is written again, which recurses without a limit.
    const found = strictValue(value, 0);
    const written = JSON.stringify(value);
    return text.startsWith(written) && /^ *$/.test(text.slice(written.length)) ? found : undefined;
  } catch {
    // Not JSON, or nested too deep.
    return undefined;
  }
}

/** A value of `JSON.parse` as `parseStrictJson` gives it. */
function strictValue(value: unknown, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new RangeError("nested too deep");
  if (typeof value === "number") return new JsonNumber(String(value));
  if (typeof value !== "object" || value === null) return value as string | boolean | null;
  if (Array.isArray(value)) return value.map((item) => strictValue(item, depth + 1));
  return new Map(Object.entries(value).map(([key, item]) => [key, strictValue(item, depth + 1)]));
}
