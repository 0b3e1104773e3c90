/** One grouped convolution's shape: output pixels, groups, channels and outputs of one group, and the filter's taps. */
export interface GroupShape {
  readonly inputPixels: number;
  readonly outputPixels: number;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
}

/**
 * What the parts of a lowered grouped convolution cost on the wasm backend, one thread, in nanoseconds: fitted by
 * `tools/bench/tfjs-groups.mjs --fit` to its measurements.
 */
export const COST = {
  /** One more call of a convolution, a split and a join. */
  call: 60_000,
  /** One pixel of one part, copied out of the input or into the output: TensorFlow.js copies row by row, in JavaScript. */
  pixel: 120,
  /** One multiplication and addition. */
  product: 0.12,
};

/** The time that merging `merge` neighbouring groups into one convolution takes, in nanoseconds. */
export function groupCost(shape: GroupShape, merge: number): number {
  const parts = shape.groups / merge;
  const products = shape.outputPixels * shape.taps * parts * (shape.inputs * merge) * (shape.outputs * merge);
  const pixels = parts === 1 ? 0 : parts * (shape.inputPixels + shape.outputPixels);
  return parts * COST.call + pixels * COST.pixel + products * COST.product;
}
