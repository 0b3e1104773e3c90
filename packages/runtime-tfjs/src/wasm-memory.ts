import { elementCount, UnsupportedError } from "@samoyed/core";
import { type GraphNode, loadedBytes, type Model, producerOf } from "@samoyed/tfjs-file";

/**
 * Limit on the weights in WebAssembly. A heap has 4 GiB; the rest is for activations and allocator overhead.
 * Models of 775 MB (1.6 GB here) ran in tests, and of 1.4 GB (2.8 GB here) did not.
 */
export const MAX_WASM_WEIGHT_BYTES: number = 2.5 * 2 ** 30;

/**
 * Computes the bytes of heap that a model's weights take: XNNPACK keeps a packed copy of each convolution's filter, and of
 * each matrix on the right side of a product.
 */
export function wasmWeightBytes({ groups, nodes }: Pick<Model, "groups" | "nodes">): number {
  const right = new Set(nodes.filter(isPlainProduct).map(({ input }) => producerOf(input?.[1] ?? "")));
  return groups
    .flatMap(({ entries }) => entries)
    .reduce((sum, entry) => {
      const packed = entry.shape.length === 4 || right.has(entry.name);
      return sum + loadedBytes(entry) * (packed ? 2 : 1);
    }, 0);
}

/** Whether a product is XNNPACK's: the engine computes those by a transposed matrix on its own (`cc/batch_mat_mul_impl.cc`). */
function isPlainProduct({ op, attr }: GraphNode): boolean {
  const isSet = (name: string): boolean => (attr?.[name] as { b?: unknown } | undefined)?.b === true;
  return (op === "MatMul" || op === "_FusedMatMul") && !isSet("transpose_a") && !isSet("transpose_b");
}

/**
 * Refuses a model that does not fit in a WebAssembly heap, before any weight is read.
 *
 * @throws UnsupportedError with the figures.
 */
export function checkWasmMemory(model: Pick<Model, "groups" | "label" | "nodes">): void {
  const bytes = wasmWeightBytes(model);
  if (bytes <= MAX_WASM_WEIGHT_BYTES) return;
  const weights = model.groups.flatMap(({ entries }) => entries);
  const count = weights.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  throw new UnsupportedError(
    `${model.label}: its ${count} weights take ${gigabytes(bytes)} of WebAssembly memory (filters and matrices twice); at most ${gigabytes(MAX_WASM_WEIGHT_BYTES)} fit`,
    { hint: "Run it on tfjs-node or on an ONNX backend.", details: { bytes, limit: MAX_WASM_WEIGHT_BYTES } },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
