import { elementCount } from "@samoyed/core";
import { type Dim, type ImageWindow, imageWindowExtent, type Node, poolKernel, readInt } from "@samoyed/ir";
import { type Emitter, spatialAttr } from "../emitter.ts";
import { stringAttr, type TfAttribute, typeAttr } from "../tf-graph.ts";
import { type Computed, laidOut } from "../value.ts";
import { giveImage, hasPads, type Image, imageOf, padImage, type Pads, windowOf } from "./image.ts";
import { meanSteps } from "./mean.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, unsupported } from "./operator.ts";

/** Padding that a maximum ignores: the least float32. Zero would be right only after a Relu. */
const LOWEST = -3.4028234663852886e38;

function poolAttr({ kernel, strides }: ImageWindow): Record<string, TfAttribute> {
  return {
    T: typeAttr("float32"),
    ksize: spatialAttr(kernel),
    strides: spatialAttr(strides),
    padding: stringAttr("VALID"),
    data_format: stringAttr("NHWC"),
  };
}

interface Pool {
  readonly image: Image;
  readonly window: ImageWindow;
  /** Padding up to the end of the last window, which `ceil_mode` may put beyond the padding. */
  readonly full: Pads;
}

function readPool(node: Node, emitter: Emitter): Pool {
  const image = imageOf(node, inputOf(node, 0, emitter), emitter);
  const window = windowOf(node, poolKernel(node, image.rank), image.spatial);
  const output = emitter.type(node.outputs[0]!).shape.slice(2);
  const extent = imageWindowExtent(window);
  const end = [...window.end] as [number, number];
  const skipped = 2 - image.spatial.length;
  for (const [axis, size] of image.spatial.entries()) {
    const at = axis + skipped;
    const count = output[axis]!;
    if (readInt(node, "ceil_mode", 0) === 0) continue;
    const stride = window.strides[at]!;
    if (typeof size === "number" && typeof count === "number") {
      const reach = (count - 1) * stride + extent[at]! - window.begin[at]!;
      end[at] = Math.max(window.end[at]!, reach - size);
    } else if (stride + window.end[at]! <= extent[at]!) {
      // The last window then always begins before the padding does, so rounding up is this much more padding.
      end[at] = window.end[at]! + stride - 1;
    } else if (stride > 1) {
      throw unsupported(node, "rounds an open size up");
    }
  }
  return { image, window, full: { begin: window.begin, end } };
}

const lowerMaxPool: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const { image, window, full } = readPool(node, emitter);
  if (Math.max(...window.dilations) > 1) throw unsupported(node, "has dilation");
  const x = padImage(node, emitter, { ref: image.ref, pads: full, value: LOWEST });
  giveImage(output, emitter, { op: "MaxPool", inputs: [x], rank: image.rank, attr: poolAttr(window) });
};

const NO_PADS: Pads = { begin: [0, 0], end: [0, 0] };

/**
 * The mean over the padded image, times window size over the number of elements that count: padding counts with
 * `count_include_pad`, and what `ceil_mode` adds beyond it never does.
 */
const lowerAveragePool: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const { image, window, full } = readPool(node, emitter);
  if (Math.max(...window.dilations) > 1) throw unsupported(node, "has dilation");
  const counted = readInt(node, "count_include_pad", 0) !== 0 ? window : NO_PADS;
  const attr = poolAttr(window);
  const { ref, rank } = image;
  const x = padImage(node, emitter, { ref, pads: full, value: 0 });
  const beyond: Pads = {
    begin: [full.begin[0] - counted.begin[0], full.begin[1] - counted.begin[1]],
    end: [full.end[0] - counted.end[0], full.end[1] - counted.end[1]],
  };
  if (!hasPads(beyond)) {
    giveImage(output, emitter, { op: "AvgPool", inputs: [x], rank, attr });
    return;
  }
  const hint = `${emitter.nameOf(output)}/mean`;
  const mean = emitter.emit("AvgPool", [x], { hint, attr });
  const known = knownCounts(image, { window, full, counted });
  if (known === undefined) {
    const ones = emitter.emit("OnesLike", [ref], { hint });
    const within = padImage(node, emitter, { ref: ones, pads: counted, value: 1 });
    const covered = padImage(node, emitter, { ref: within, pads: beyond, value: 0 });
    const share = emitter.emit("AvgPool", [covered], { hint, attr });
    giveImage(output, emitter, { op: "RealDiv", inputs: [mean, share], rank });
    return;
  }
  const [rows, columns] = known.map((counts, axis) => counts.map((count) => window.kernel[axis]! / count));
  const factors = rows!.flatMap((row) => columns!.map((column) => row * column));
  const shape = [1, rows!.length, columns!.length, 1];
  giveImage(output, emitter, { op: "Mul", inputs: [mean, emitter.constant("float32", factors, shape)], rank });
};

/** Number of elements that count, for each window along height and along width, where the sizes are known. */
function knownCounts(
  image: Image,
  { window, full, counted }: { readonly window: ImageWindow; readonly full: Pads; readonly counted: Pads },
): readonly (readonly number[])[] | undefined {
  const sizes = image.spatial.length === 1 ? [1, image.spatial[0]!] : image.spatial;
  const result: number[][] = [];
  for (const axis of [0, 1] as const) {
    const size = sizes[axis]!;
    if (typeof size !== "number") return undefined;
    const padded = size + full.begin[axis] + full.end[axis];
    const windows = Math.floor((padded - window.kernel[axis]) / window.strides[axis]) + 1;
    const low = full.begin[axis] - counted.begin[axis];
    const high = full.begin[axis] + size + counted.end[axis];
    result.push(
      Array.from({ length: windows }, (_, index) => {
        const start = index * window.strides[axis];
        return Math.min(start + window.kernel[axis], high) - Math.max(start, low);
      }),
    );
  }
  // A constant as large as a feature map is no bargain.
  return elementCount(result.map((counts) => counts.length)) <= MAX_FACTORS ? result : undefined;
}

/** Most windows of an average pool whose factors are written as a constant. */
const MAX_FACTORS = 1 << 14;

/** The axes of a global pool: all behind batch and channels. */
function globalAxes(
  node: Node,
  emitter: Emitter,
): { ref: string; layout: Computed["layout"]; axes: readonly number[]; shape: readonly Dim[] } {
  const x = inputOf(node, 0, emitter);
  const layout = x.shape.length === 4 ? "last" : "plain";
  const axes = layout === "last" ? [1, 2] : x.shape.slice(2).map((_, axis) => axis + 2);
  return { ref: emitter.inLayout(x, layout), layout, axes, shape: laidOut(x.shape, layout) };
}

const lowerGlobalMaxPool: Lower = (node, emitter) => {
  const { ref, layout, axes } = globalAxes(node, emitter);
  const attr = { T: typeAttr("float32"), keep_dims: { b: true } };
  emitter.give(onlyOutput(node, emitter), "Max", [ref, emitter.ints(axes)], { layout, attr });
};

const lowerGlobalAveragePool: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const { ref, layout, axes, shape } = globalAxes(node, emitter);
  const hint = `${emitter.nameOf(output)}/mean`;
  const { op, inputs, attr } = meanSteps(ref, { shape, axes, keep: true, hint }, emitter);
  emitter.give(output, op, inputs, { layout, attr });
};

/** A value between: its powers, its roots. */
type Formula = (ref: string) => string;

/** |x|^p before the sum, and the p-th root of it after. */
function powers(node: Node, emitter: Emitter): { readonly raise: Formula; readonly root: Formula } {
  const p = readInt(node, "p", 2);
  const hint = `${emitter.nameOf(node.outputs[0]!)}/norm`;
  const attr = { T: typeAttr("float32") };
  const step = (op: string, ...inputs: readonly string[]): string => emitter.emit(op, inputs, { hint, attr });
  if (p === 1) return { raise: (x) => step("Abs", x), root: (x) => x };
  if (p === 2) return { raise: (x) => step("Square", x), root: (x) => step("Sqrt", x) };
  const exponent =
    (value: number): Formula =>
    (x) =>
      step("Pow", x, emitter.float(value));
  return { raise: (x) => exponent(p)(step("Abs", x)), root: exponent(1 / p) };
}

/** (Σ |x|^p)^(1/p) over each window: the sum is the mean times the window's size, and padding adds nothing. */
const lowerLpPool: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const { image, window, full } = readPool(node, emitter);
  if (Math.max(...window.dilations) > 1) throw unsupported(node, "has dilation");
  const { raise, root } = powers(node, emitter);
  const hint = `${emitter.nameOf(output)}/norm`;
  const padded = padImage(node, emitter, { ref: raise(image.ref), pads: full, value: 0 });
  const mean = emitter.emit("AvgPool", [padded], { hint, attr: poolAttr(window) });
  const size = emitter.float(window.kernel[0] * window.kernel[1]);
  const sum = emitter.emit("Mul", [mean, size], { hint, attr: { T: typeAttr("float32") } });
  giveImage(output, emitter, { op: "Identity", inputs: [root(sum)], rank: image.rank });
};

const lowerGlobalLpPool: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const { ref, layout, axes, shape } = globalAxes(node, emitter);
  const { raise, root } = powers(node, emitter);
  const hint = `${emitter.nameOf(output)}/sum`;
  const last = meanSteps(raise(ref), { op: "Sum", shape, axes, keep: true, hint }, emitter);
  const sum = emitter.emit(last.op, last.inputs, { hint, attr: last.attr });
  emitter.give(output, "Identity", [root(sum)], { layout });
};

/** Pools. */
export const POOLING: LowerTable = {
  AveragePool: lowerAveragePool,
  GlobalAveragePool: lowerGlobalAveragePool,
  GlobalLpPool: lowerGlobalLpPool,
  GlobalMaxPool: lowerGlobalMaxPool,
  LpPool: lowerLpPool,
  MaxPool: lowerMaxPool,
};
