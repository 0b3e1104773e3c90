// Weights of zeros that take no memory: what is checked depends on names, shapes and types alone.
import { lazyFromChunks, tensorByteLength } from "@samoyed/core";

const ZEROS = new Uint8Array(1 << 20);

/** Small tensors are sizes, axes and indices, which a checker reads. The writer leaves them in the model, too. */
const MIN_WEIGHT_BYTES = 1024;

/** A tensor of zeros. */
export function zeroTensor({ name, dtype, shape }) {
  const byteLength = tensorByteLength(dtype, shape);
  return lazyFromChunks({ name, dtype, shape }, async function* () {
    for (let left = byteLength; left > 0; left -= ZEROS.byteLength) yield ZEROS.subarray(0, left);
  });
}

/** A state dict of zeros. */
export function zeroState(parameters) {
  return new Map([...parameters].map(([name, { dtype, shape }]) => [name, zeroTensor({ name, dtype, shape })]));
}

/** The graph with zeros in place of its weights, so that what rewrites made of them is not computed. */
export function withZeroWeights(graph) {
  const initializers = [...graph.initializers].map(([name, tensor]) => {
    const isWeight = tensorByteLength(tensor.dtype, tensor.shape) >= MIN_WEIGHT_BYTES;
    return [name, isWeight ? zeroTensor(tensor) : tensor];
  });
  return { ...graph, initializers: new Map(initializers) };
}
