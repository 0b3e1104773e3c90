import { arrayToBytes, elementCount, type LazyTensor, lazyFromChunks, readFloat32 } from "@samoyed/core";
import {
  convTransposeAxis,
  type Dim,
  kernelExtent,
  type Node,
  type Pair,
  readInt,
  readInts,
  readWindow,
} from "@samoyed/ir";
import { constantOf, type Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { complete, convolve, type Job, onlyRelu, windowAttr } from "./convolve.ts";
import { giveImage, type Image, imageOf, padImage } from "./image.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, unsupported } from "./operator.ts";

/** How an image is widened before it is convolved, per axis: height and width. */
interface Widening {
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Padding around the widened image; negative where it is cropped. */
  readonly before: Pair;
  readonly after: Pair;
}

/**
 * A transposed convolution is a plain one over the image with zeros between its pixels, with the filter turned around.
 * TensorFlow.js's own has no groups and no dilation, needs the output's sizes in numbers, and on WebAssembly is slower
 * than the plain one with all its zeros.
 */
const lowerConvTranspose: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const image = imageOf(node, inputOf(node, 0, emitter), emitter);
  const value = inputOf(node, 1, emitter);
  if (value.kind !== "constant") throw unsupported(node, "has a filter that the network computes");
  const groups = readInt(node, "group", 1);
  const [channels, perGroup, ...kernel] = value.shape as [number, number, ...number[]];
  const lifted = kernel.length === 1 ? [1, kernel[0]!] : kernel;
  const shape = [perGroup * groups, channels / groups, lifted[0]!, lifted[1]!] as const;
  const filter = { value: constantOf(turned(value.lazy, groups)), shape };
  const widening = wideningOf(node, kernel, image.spatial);
  const hint = `${emitter.nameOf(output)}/wide`;
  const x = widen(node, image, { widening, hint, emitter });
  const attr = windowAttr({ strides: [1, 1], dilations: widening.dilations });
  const job: Job = { node, x, filter, groups, channels, attr };
  const convolved = convolve(job, emitter);
  const bias = optionalInput(node, 2, emitter);
  const fuses = convolved.op === "Conv2D" && bias !== undefined && image.rank === 4;
  const relu = fuses ? onlyRelu(output, emitter) : undefined;
  if (relu !== undefined) emitter.absorb(relu);
  const result = complete(convolved, emitter, { hint, bias, relu: relu !== undefined });
  giveImage(relu?.outputs[0] ?? output, emitter, { ...result, rank: image.rank });
};

/** The filter [C, M / groups, …] of the transposed convolution as [M, C / groups, …] of the plain one, turned around. */
function turned(lazy: LazyTensor, groups: number): LazyTensor {
  const [channels, perGroup, ...kernel] = lazy.shape as [number, number, ...number[]];
  const inputs = channels / groups;
  const taps = elementCount(kernel);
  const shape = [perGroup * groups, inputs, ...kernel];
  return lazyFromChunks({ name: lazy.name, dtype: "float32", shape }, async function* chunks(options) {
    const source = await readFloat32(lazy, options);
    const result = new Float32Array(source.length);
    let place = 0;
    for (let filter = 0; filter < perGroup * groups; filter++) {
      const group = Math.floor(filter / perGroup);
      for (let input = 0; input < inputs; input++) {
        const from = ((group * inputs + input) * perGroup + (filter % perGroup)) * taps;
        for (let tap = taps - 1; tap >= 0; tap--) result[place++] = source[from + tap]!;
      }
    }
    yield arrayToBytes(result);
  });
}

function wideningOf(node: Node, kernel: readonly number[], spatial: readonly Dim[]): Widening {
  const window = readWindow(node, kernel);
  const axes = spatial.map((size, axis) => {
    // Only `output_shape` makes the padding depend on the size.
    if (typeof size === "string" && readInts(node, "output_shape") !== undefined) {
      throw unsupported(node, "derives its padding from a size that is open");
    }
    const count = typeof size === "number" ? size : 1;
    const [stride, extent] = [window.strides[axis]!, kernelExtent(window, axis)];
    const wanted = convTransposeAxis({ node }, window, axis, count);
    const before = extent - 1 - wanted.begin;
    return {
      stride,
      dilation: window.dilations[axis]!,
      before,
      after: wanted.size + extent - 1 - count * stride - before,
    };
  });
  const pair = (key: "stride" | "dilation" | "before" | "after", none: number): Pair => {
    const values = axes.map((axis) => axis[key]);
    return values.length === 1 ? [none, values[0]!] : [values[0]!, values[1]!];
  };
  return {
    strides: pair("stride", 1),
    dilations: pair("dilation", 1),
    before: pair("before", 0),
    after: pair("after", 0),
  };
}

/** Puts zeros between an image's pixels and around it. */
function widen(
  node: Node,
  image: Image,
  { widening, hint, emitter }: { readonly widening: Widening; readonly hint: string; readonly emitter: Emitter },
): string {
  const { strides, before, after } = widening;
  const batch = inputOf(node, 0, emitter).shape[0]!;
  const spatial: Dim[] = image.spatial.length === 1 ? [1, ...image.spatial] : [...image.spatial];
  let ref = image.ref;
  for (const axis of [0, 1] as const) {
    const stride = strides[axis];
    const size = spatial[axis]!;
    if (stride === 1) continue;
    const [height, width] = spatial as [Dim, Dim];
    const apart = axis === 0 ? [batch, height, 1, width, image.channels] : [batch, height, width, 1, image.channels];
    const pixels = emitter.reshape(ref, apart, { hint });
    const zeros = emitter.emit("ZerosLike", [pixels], { hint, attr: { T: typeAttr("float32") } });
    const parts = [pixels, ...new Array<string>(stride - 1).fill(zeros), emitter.scalar(axis + 2)];
    const spread = emitter.emit("ConcatV2", parts, { hint, attr: { N: { i: String(stride) } } });
    spatial[axis] = typeof size === "number" ? size * stride : `${hint}.${axis}`;
    ref = emitter.reshape(spread, [batch, ...spatial, image.channels], { hint });
    emitter.noteSizes(ref, [batch, ...spatial, image.channels]);
  }
  const cut = [before, after].map((pads) => pads.map((count) => Math.max(0, -count)) as [number, number]);
  if (cut.flat().some((count) => count > 0)) {
    const sizes = spatial.map((size, axis) => {
      const gone = cut[0]![axis]! + cut[1]![axis]!;
      if (gone > 0 && typeof size !== "number") return cutOpen(node);
      return typeof size === "number" ? size - gone : -1;
    });
    const begin = emitter.ints([0, ...cut[0]!, 0]);
    ref = emitter.emit("Slice", [ref, begin, emitter.ints([-1, ...sizes, -1])], { hint });
  }
  const begin = before.map((count) => Math.max(0, count)) as [number, number];
  const end = after.map((count) => Math.max(0, count)) as [number, number];
  return padImage(node, emitter, { ref, pads: { begin, end }, value: 0 });
}

function cutOpen(node: Node): never {
  throw unsupported(node, "removes pixels of a size that is open");
}

/** Transposed convolutions. */
export const CONV_TRANSPOSE: LowerTable = { ConvTranspose: lowerConvTranspose };
