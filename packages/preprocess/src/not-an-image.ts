import { UsageError } from "@samoyed/core";

import { DRAWABLE } from "./drawn-pixels.ts";
import { bytesOf } from "./image-source.ts";
import { READABLE } from "./platform-image.ts";
import { foundType, typeName } from "./type-name.ts";

/** Remedies for what is often given in place of an image, by type. */
const REMEDIES: Readonly<Record<string, string>> = {
  String: "Read the file, or fetch it: new Uint8Array(await (await fetch(url)).arrayBuffer()).",
  URL: "Fetch it: new Uint8Array(await (await fetch(url)).arrayBuffer()).",
  Response: "Give await response.arrayBuffer().",
  Promise: "Await it.",
};

/**
 * The bytes of an image file.
 *
 * @throws UsageError when it is of another type.
 */
export function requireBytes(source: unknown): Uint8Array {
  const bytes = bytesOf(source);
  if (bytes !== undefined) return bytes;
  throw notAnImage(source, "the bytes of an image file");
}

/** The error for a value that is neither the bytes of a file nor pixels. */
export function notAnImage(source: unknown, expected = "the bytes of an image file, or pixels"): UsageError {
  const name = typeName(source);
  const remedy = [...READABLE, ...DRAWABLE].includes(name)
    ? "Read it first: await readImage(source)."
    : (REMEDIES[name] ?? "Give a Uint8Array of a file's bytes, or { width, height, channels, data }.");
  return new UsageError(`the image ${foundType(source)}; expected ${expected}`, { hint: remedy });
}
