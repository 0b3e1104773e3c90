import {
  arrayToBytes,
  bytesToArray,
  formatShape,
  giveChunkBuffer,
  lazyFromChunks,
  type LazyTensor,
  type ReadOptions,
  readTensor,
  takeChunkBuffer,
  wholeElements,
} from "@samoyed/core";
import { type Node, numbers, readFloat, readInt } from "@samoyed/ir";
import { defineRewrite, type Rewrite } from "./rewrite.ts";

/*
 * A batch norm after a convolution scales and shifts each output channel m by constants, and a convolution is linear:
 *
 *   BN(y)[m] = gamma[m] · (y[m] − mean[m]) / √(var[m] + epsilon) + beta[m]
 *   y        = conv(x, W) + b                                   (b = 0 where the convolution has no bias)
 *   BN(y)    = conv(x, W') + b'    with  s = gamma / √(var + epsilon),  W'[m] = s[m] · W[m],  b' = beta + s · (b − mean)
 *
 * W is indexed by output channel first, whatever its group, so grouped and depthwise convolutions need nothing else.
 *
 * Accuracy: s and b' are computed in float64 from the stored values (epsilon as the float32 that the attribute is);
 * each weight is the double product s · w, rounded once to the weight's type. A folded weight is therefore within half
 * an ulp (2^-24 relative for float32) of exact, the same size as the rounding that the unfolded network makes after its
 * multiplication. Denormals and overflow to infinity are as in any product.
 */

interface Match {
  readonly conv: Node;
  readonly norm: Node;
}

const TENSORS = ["scale", "bias", "mean", "variance"] as const;

function pattern(norm: Node, view: { producer(value: string): Node | undefined }): Match | undefined {
  if (norm.op !== "BatchNormalization") return undefined;
  const conv = view.producer(norm.inputs[0]!);
  return conv?.op === "Conv" ? { conv, norm } : undefined;
}

/** Folds a batch norm into the convolution before it: one node and four weights less, and lazily, tensor by tensor. */
export const foldBatchNorm: Rewrite = defineRewrite<Match>({
  name: "foldBatchNorm",
  pattern,
  check({ conv, norm }, view) {
    const between = conv.outputs[0]!;
    if (view.isOutput(between)) return `"${between}", between the convolution and the batch norm, is a graph output`;
    const others = view.consumers(between).filter((node) => node !== norm);
    if (others.length > 0) return `"${between}" is also used by node "${others[0]!.name}"`;
    if (norm.outputs.length > 1 || readInt(norm, "training_mode", 0) !== 0) return "the batch norm is in training mode";
    if (view.opset < 7 && readInt(norm, "is_test", 0) === 0) return "the batch norm is in training mode";
    if (readInt(norm, "spatial", 1) !== 1) return "the batch norm is not per channel (spatial = 0)";
    const operands = [...conv.inputs.slice(1).filter((name) => name !== ""), ...norm.inputs.slice(1)];
    for (const name of operands) {
      const tensor = view.initializer(name);
      if (tensor === undefined) return `"${name}" is computed, not a weight`;
      if (tensor.dtype !== "float32" && tensor.dtype !== "float64") {
        return `"${name}" is ${tensor.dtype}, in which the product would be rounded visibly`;
      }
    }
    const [outputs] = view.initializer(conv.inputs[1]!)!.shape;
    for (const [index, what] of TENSORS.entries()) {
      const { shape } = view.initializer(norm.inputs[index + 1]!)!;
      if (shape.length !== 1 || shape[0] !== outputs) return `the batch norm's ${what} has shape ${formatShape(shape)}`;
    }
    return undefined;
  },
  rewrite({ conv, norm }, view) {
    const weight = view.initializer(conv.inputs[1]!)!;
    const biasName = conv.inputs[2] ?? "";
    const bias = biasName === "" ? undefined : view.initializer(biasName)!;
    const affine = affineOf(norm, {
      bias,
      // Read later, so taken now: the values under these names may change.
      parameters: norm.inputs.slice(1).map((name) => view.initializer(name)!),
    });
    // A weight that only this convolution uses keeps its name, so that it is found again in the checkpoint.
    const own = (name: string): boolean => view.consumers(name).length === 1 && !view.isOutput(name);
    const weightName = own(weight.name) ? weight.name : view.freshName(`${weight.name}.folded`);
    const newBias = weight.name.endsWith("weight") ? weight.name.replace(/weight$/, "bias") : `${weight.name}.bias`;
    const foldedBias = bias !== undefined && own(bias.name) ? bias.name : view.freshName(newBias);
    const scaled = scaleChannels(weight, weightName, async (options) => (await affine(options)).scale);
    const shifted = lazyFromChunks(
      { name: foldedBias, dtype: weight.dtype, shape: [weight.shape[0]!] },
      async function* chunks(options) {
        const { shift } = await affine(options);
        yield arrayToBytes(weight.dtype === "float64" ? shift : Float32Array.from(shift));
      },
    );
    const folded: Node = {
      ...conv,
      inputs: [conv.inputs[0]!, weightName, foldedBias],
      outputs: [norm.outputs[0]!],
    };
    return { remove: [conv, norm], insert: [folded], initializers: [scaled, shifted] };
  },
});

interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** The scale and shift per output channel, read and computed when first asked for and then kept: they are small. */
function affineOf(
  norm: Node,
  weights: { readonly bias: LazyTensor | undefined; readonly parameters: readonly LazyTensor[] },
): (options: ReadOptions) => Promise<Affine> {
  let pending: Promise<Affine> | undefined;
  async function compute(options: ReadOptions): Promise<Affine> {
    const parameters: Float64Array[] = [];
    for (const tensor of weights.parameters) {
      parameters.push(Float64Array.from(numbers(await readTensor(tensor, options))));
    }
    const [gamma, beta, mean, variance] = parameters as [Float64Array, Float64Array, Float64Array, Float64Array];
    const { bias } = weights;
    const before = bias === undefined ? gamma.map(() => 0) : numbers(await readTensor(bias, options));
    const epsilon = readFloat(norm, "epsilon", 1e-5);
    const scale = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
    const shift = beta.map((value, channel) => value + scale[channel]! * (before[channel]! - mean[channel]!));
    return { scale, shift };
  }
  return async (options) => {
    pending ??= compute(options);
    try {
      return await pending;
    } catch (error) {
      // An aborted or failed read must not prevent a later one.
      pending = undefined;
      throw error;
    }
  };
}

/**
 * A weight with each slice along its first axis multiplied by a factor, chunk by chunk. Chunks need not end on elements
 * or slices; the output chunks share one buffer.
 */
function scaleChannels(
  weight: LazyTensor,
  name: string,
  factors: (options: ReadOptions) => Promise<Float64Array>,
): LazyTensor {
  const dtype = weight.dtype === "float64" ? "float64" : "float32";
  const width = dtype === "float64" ? 8 : 4;
  const perChannel = weight.shape.slice(1).reduce((count, size) => count * size, 1);
  async function* chunks(options: ReadOptions): AsyncGenerator<Uint8Array> {
    const scale = await factors(options);
    const buffer = takeChunkBuffer();
    let position = 0;
    try {
      for await (const chunk of wholeElements(weight.chunks(options), width)) {
        const fits = chunk.byteLength <= buffer.byteLength;
        const output = fits ? buffer.subarray(0, chunk.byteLength) : new Uint8Array(chunk.byteLength);
        const from = bytesToArray(chunk, dtype);
        const to = bytesToArray(output, dtype);
        for (let start = 0; start < from.length;) {
          const channel = Math.floor((position + start) / perChannel);
          const end = Math.min(from.length, (channel + 1) * perChannel - position);
          multiplyRange(from, to, { start, end, factor: scale[channel]! });
          start = end;
        }
        position += from.length;
        yield output;
      }
    } finally {
      giveChunkBuffer(buffer);
    }
  }
  return lazyFromChunks({ name, dtype: weight.dtype, shape: weight.shape }, chunks);
}

/**
 * `to[i] = from[i] * factor`: the product of doubles, rounded by the store. Kept small so that it is compiled well, and
 * unrolled, since engines check the loop at each turn: that takes a third off the time.
 */
function multiplyRange(
  from: Float32Array | Float64Array,
  to: Float32Array | Float64Array,
  range: { readonly start: number; readonly end: number; readonly factor: number },
): void {
  const { start, end, factor } = range;
  let index = start;
  for (; index + 8 <= end; index += 8) {
    to[index] = from[index]! * factor;
    to[index + 1] = from[index + 1]! * factor;
    to[index + 2] = from[index + 2]! * factor;
    to[index + 3] = from[index + 3]! * factor;
    to[index + 4] = from[index + 4]! * factor;
    to[index + 5] = from[index + 5]! * factor;
    to[index + 6] = from[index + 6]! * factor;
    to[index + 7] = from[index + 7]! * factor;
  }
  for (; index < end; index++) to[index] = from[index]! * factor;
}
