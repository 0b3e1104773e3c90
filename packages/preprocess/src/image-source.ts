import type { RawImage } from "./image.ts";
import { typeName } from "./type-name.ts";

/** The bytes of an image file: a buffer, or a view of bytes in one. Node's `Buffer` is a Uint8Array. */
export type ImageBytes = Uint8Array | Uint8ClampedArray | DataView | ArrayBuffer | SharedArrayBuffer;

/** An image to preprocess: the bytes of a file, or pixels. A canvas's `ImageData` is such pixels. */
export type ImageSource = ImageBytes | RawImage;

const BUFFERS: readonly string[] = ["ArrayBuffer", "SharedArrayBuffer"];
const VIEWS: readonly string[] = ["Uint8Array", "Uint8ClampedArray", "DataView"];

/** The bytes of a file as a Uint8Array, a view of the same memory; undefined for pixels and everything else. */
export function bytesOf(source: unknown): Uint8Array | undefined {
  const name = typeName(source);
  if (BUFFERS.includes(name)) return new Uint8Array(source as ArrayBuffer);
  if (!VIEWS.includes(name)) return undefined;
  const { buffer, byteOffset, byteLength } = source as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
