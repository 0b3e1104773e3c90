import { elementCount, UnsupportedError } from "@samoyed/core";
import { loadedBytes, type Model } from "@samoyed/tfjs-file";

/**
 * A WebAssembly heap ends at 4 GiB; what is left above this is for activations and for what the allocator loses.
 * Models of 775 MB (1.6 GB here) were seen to run, and of 1.4 GB (2.8 GB here) not to.
 */
export const MAX_WASM_WEIGHT_BYTES: number = 2.5 * 2 ** 30;

/** The bytes of heap that a model's weights take: XNNPACK keeps a packed copy of each convolution's filter. */
export function wasmWeightBytes({ groups }: Pick<Model, "groups">): number {
  return groups
    .flatMap(({ entries }) => entries)
    .reduce((sum, entry) => sum + loadedBytes(entry) * (entry.shape.length === 4 ? 2 : 1), 0);
}

/**
 * Refuses a model that a WebAssembly heap cannot hold, before anything of it is read.
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
