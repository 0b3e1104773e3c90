/** Share by which merging groups of convolutions may enlarge the weights by default. */
export const DEFAULT_GROUP_BUDGET = 0.1;

/** One grouped convolution's shape: output pixels, groups, channels and outputs of one group, and the filter's taps. */
export interface GroupShape {
  readonly inputPixels: number;
  readonly outputPixels: number;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
}

/** Cost of the steps of a lowered grouped convolution, in nanoseconds. */
export interface GroupCost {
  /** One more part: a call each to split, convolve and join. */
  readonly call: number;
  /**
   * One pixel of one part, copied out of the input or into the output, where input and output have a million elements:
   * TensorFlow.js copies row by row, in JavaScript. Garbage makes each row dearer the more of them are alive: by the
   * square root of the elements.
   */
  readonly pixel: number;
  /** One multiplication and addition. */
  readonly product: number;
}

/**
 * Fitted by `tools/bench/tfjs-groups.mjs` to what it measured: the 3 × 3 layers of 32x4d, 32x8d and 32x16d, on the wasm
 * backend of TensorFlow.js 4.22, one thread with SIMD, Node 20, in two runs on AMD EPYC processors. With them the
 * choices are within 1.06 of the best on average in these.
 */
export const COST: GroupCost = { call: 92_000, pixel: 300, product: 0.043 };

const MILLION = 1e6;

/** The time that merging `merge` neighboring groups into one convolution takes, in nanoseconds. */
export function groupCost(shape: GroupShape, merge: number, cost: GroupCost = COST): number {
  const { inputPixels, outputPixels, groups, inputs, outputs, taps } = shape;
  const parts = groups / merge;
  const products = outputPixels * taps * parts * (inputs * merge) * (outputs * merge);
  if (parts === 1) return products * cost.product;
  const elements = groups * (inputPixels * inputs + outputPixels * outputs);
  const pixel = cost.pixel * Math.sqrt(elements / MILLION);
  return parts * (cost.call + (inputPixels + outputPixels) * pixel) + products * cost.product;
}
