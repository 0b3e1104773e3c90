/** One grouped convolution's shape: output pixels, groups, channels and outputs of one group, and the filter's taps. */
export interface GroupShape {
  readonly inputPixels: number;
  readonly outputPixels: number;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
}

/** What the steps of a lowered grouped convolution cost, in nanoseconds. */
export interface GroupCost {
  /** One more part: a call each to split, convolve and join. */
  readonly call: number;
  /** One pixel of one part, copied out of the input or into the output: TensorFlow.js copies row by row, in JavaScript. */
  readonly pixel: number;
  /** One value that is copied so. */
  readonly value: number;
  /** One multiplication and addition. */
  readonly product: number;
}

/**
 * Fitted by `tools/bench/tfjs-groups.mjs` to what it measured on the wasm backend, one thread.
 */
export const COST: GroupCost = { call: 60_000, pixel: 120, value: 1, product: 0.12 };

/** The time that merging `merge` neighbouring groups into one convolution takes, in nanoseconds. */
export function groupCost(shape: GroupShape, merge: number, cost: GroupCost = COST): number {
  const { inputPixels, outputPixels, groups, inputs, outputs, taps } = shape;
  const parts = groups / merge;
  const products = outputPixels * taps * parts * (inputs * merge) * (outputs * merge);
  if (parts === 1) return products * cost.product;
  const pixels = parts * (inputPixels + outputPixels);
  const values = groups * (inputPixels * inputs + outputPixels * outputs);
  return parts * cost.call + pixels * cost.pixel + values * cost.value + products * cost.product;
}
