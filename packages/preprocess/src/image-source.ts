import { UsageError } from "@samoyed/core";

import type { RawImage } from "./image.ts";
import { foundType, typeName } from "./type-name.ts";

/** The bytes of an image file: a buffer, or a view of bytes in one. Node's `Buffer` is a Uint8Array. */
export type ImageBytes = Uint8Array | Uint8ClampedArray | DataView | ArrayBuffer | SharedArrayBuffer;

/** An image to preprocess: the bytes of a file, or pixels. A canvas's `ImageData` is such pixels. */
export type ImageSource = ImageBytes | RawImage;

const BUFFERS: readonly string[] = ["ArrayBuffer", "SharedArrayBuffer"];
const VIEWS: readonly string[] = ["Uint8Array", "Uint8ClampedArray", "DataView"];

/** Remedies for what is often given in place of an image, by type. */
const REMEDIES: Readonly<Record<string, string>> = {
  String: "Read the file, or fetch it: new Uint8Array(await (await fetch(url)).arrayBuffer()).",
  URL: "Fetch it: new Uint8Array(await (await fetch(url)).arrayBuffer()).",
  Response: "Give await response.arrayBuffer().",
  Promise: "Await it.",
};

/** Types that hold an image and take an asynchronous call to read; `readImage` does. */
export const READABLE: readonly string[] = ["Blob", "File"];
export const DRAWABLE: readonly string[] = [
  "ImageBitmap",
  "VideoFrame",
  "HTMLImageElement",
  "HTMLCanvasElement",
  "OffscreenCanvas",
  "HTMLVideoElement",
];

/** The bytes of a file as a Uint8Array, a view of the same memory; undefined for pixels and everything else. */
export function bytesOf(source: unknown): Uint8Array | undefined {
  const name = typeName(source);
  if (BUFFERS.includes(name)) return new Uint8Array(source as ArrayBuffer);
  if (!VIEWS.includes(name)) return undefined;
  const { buffer, byteOffset, byteLength } = source as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

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
