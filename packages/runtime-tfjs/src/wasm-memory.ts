import { elementCount, UnsupportedError } from "@samoyed/core";
import { loadedBytes, type Model } from "@samoyed/tfjs-file";

/**
 * Limit on the weights in WebAssembly. A heap has 4 GiB; the rest is for activations and allocator overhead.
 * Models of 775 MB (1.6 GB here) ran in tests, and of 1.4 GB (2.8 GB here) did not.
 */
export const MAX_WASM_WEIGHT_BYTES: number = 2.5 * 2 ** 30;

/** Computes the bytes of heap that a model's weights take: XNNPACK keeps a packed copy of each convolution's filter. */
export function wasmWeightBytes({ groups }: Pick<Model, "groups">): number {
  return groups
    .flatMap(({ entries }) => entries)
    .reduce((sum, entry) => sum + loadedBytes(entry) * (entry.shape.length === 4 ? 2 : 1), 0);
}

/**
 * Refuses a model that does not fit in a WebAssembly heap, before any weight is read.
 *
 * @throws UnsupportedError with the figures.
 */
export function checkWasmMemory(model: Pick<Model, "groups" | "label">): void {
  const bytes = wasmWeightBytes(model);
  if (bytes <= MAX_WASM_WEIGHT_BYTES) return;
  const weights = model.groups.flatMap(({ entries }) => entries);
  const count = weights.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  throw new UnsupportedError(
    `${model.label}: its ${count} weights take ${gigabytes(bytes)} of WebAssembly memory (filters twice); at most ${gigabytes(MAX_WASM_WEIGHT_BYTES)} fit`,
    { hint: "Run it on tfjs-node or on an ONNX backend.", details: { bytes, limit: MAX_WASM_WEIGHT_BYTES } },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
