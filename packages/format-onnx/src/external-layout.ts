import { type LazyTensor, tensorByteLength } from "@samoyed/core";
import type { ExternalPlace } from "./encode-tensor.ts";

/** Smaller tensors stay in the model: shape inference needs the sizes and axes that they often contain (ONNX's own tools have the same limit). */
const MIN_EXTERNAL_BYTES = 1024;

/** ONNX requires offsets at multiples of a page, so that the file can be memory-mapped. */
const EXTERNAL_ALIGNMENT = 4096;

/** Assigns each large tensor its range in one external file, in the order of the graph. */
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
