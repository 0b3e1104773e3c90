import { type LazyTensor, tensorByteLength } from "@samoyed/core";
import type { ExternalPlace } from "./encode-tensor.ts";

/** Smaller tensors stay in the model: shape inference needs the sizes and axes that they often hold (ONNX's own tools draw the line here too). */
const MIN_EXTERNAL_BYTES = 1024;

/** ONNX asks for offsets at multiples of a page, so that the file can be mapped into memory. */
const EXTERNAL_ALIGNMENT = 4096;

/** Gives each large tensor its place in one external file, in the order of the graph. */
export function layoutExternal(
  initializers: ReadonlyMap<string, LazyTensor>,
  location: string,
): ReadonlyMap<string, ExternalPlace> {
  const places = new Map<string, ExternalPlace>();
  let end = 0;
  for (const [name, tensor] of initializers) {
    const byteLength = tensorByteLength(tensor.dtype, tensor.shape);
    if (byteLength >= MIN_EXTERNAL_BYTES) {
      const offset = Math.ceil(end / EXTERNAL_ALIGNMENT) * EXTERNAL_ALIGNMENT;
      places.set(name, { location, offset, byteLength });
      end = offset + byteLength;
    }
  }
  return places;
}
