import { InternalError } from "@samoyed/core";
import { type ImageWindow, type Node, type Pair, readInt, readInts } from "@samoyed/ir";
import { arrangeDepthwise, arrangeFilter } from "../arrangement.ts";
import { type Emitter, spatialAttr } from "../emitter.ts";
import { stringAttr, stringsAttr, type TfAttribute, typeAttr } from "../tf-graph.ts";
import type { Value } from "../value.ts";
import { giveImage, imageOf, padImage, windowOf } from "./image.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, unsupported } from "./operator.ts";

/** Attributes that all convolutions share. */
function windowAttr({ strides, dilations }: Pick<ImageWindow, "strides" | "dilations">): Record<string, TfAttribute> {
  return {
    T: typeAttr("float32"),
    strides: spatialAttr(strides),
    padding: stringAttr("VALID"),
    data_format: stringAttr("NHWC"),
    dilations: spatialAttr(dilations),
  };
}

const ONCE: Pair = [1, 1];

/** The one convolution's job: what it reads and how it slides. */
interface Job {
  readonly node: Node;
  readonly x: string;
  readonly filter: Filter;
  readonly groups: number;
  readonly channels: number;
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

/** A filter of four axes, [O, I / groups, h, w]. */
interface Filter {
  readonly value: Value;
  readonly shape: readonly [number, number, number, number];
}

function filterOf(node: Node, emitter: Emitter): Filter {
  const value = inputOf(node, 1, emitter);
  const shape = value.shape.map((size) => {
    if (typeof size !== "number") throw unsupported(node, "has a filter whose sizes are open");
    return size;
  });
  if (shape.length !== 3 && shape.length !== 4) throw unsupported(node, `has a filter of ${shape.length} axes`);
  const [outputs, inputs, height, width] = shape.length === 4 ? shape : [shape[0]!, shape[1]!, 1, shape[2]!];
  return { value, shape: [outputs!, inputs!, height!, width!] };
}

/** TensorFlow's filter for some neighboring groups. */
function filterPart({ node, filter, groups }: Job, emitter: Emitter, [first, count]: Pair): string {
  const { value, shape } = filter;
  const hint = `${emitter.nameOf(node.name)}/filter`;
  if (value.kind === "constant") {
    const whole = first === 0 && count === groups;
    const arrangement = arrangeFilter({ shape, groups, first, count });
    return emitter.weight(value.lazy, { arrangement, hint: whole ? value.lazy.name : `${value.lazy.name}/group` });
  }
  if (count > 1 && groups > 1) throw new InternalError("only a known filter can be merged");
  const own = shape[0] / groups;
  const image = emitter.reshape(emitter.plain(value), shape, { hint });
  const begin = emitter.ints([first * own, 0, 0, 0]);
  const part = emitter.emit("Slice", [image, begin, emitter.ints([own, ...shape.slice(1)])], { hint });
  return emitter.emit("Transpose", [part, emitter.ints([2, 3, 1, 0])], { hint });
}

function depthwiseFilter({ node, filter, channels }: Job, emitter: Emitter): string {
  const { value, shape } = filter;
  const hint = `${emitter.nameOf(node.name)}/filter`;
  if (value.kind === "constant") {
    return emitter.weight(value.lazy, { arrangement: arrangeDepthwise(shape, channels), hint: value.lazy.name });
  }
  const [outputs, , height, width] = shape;
  const image = emitter.reshape(emitter.plain(value), [channels, outputs / channels, height, width], { hint });
  return emitter.emit("Transpose", [image, emitter.ints([2, 3, 0, 1])], { hint });
}

/** The convolution without bias: a node whose output the caller passes on. */
interface Convolved {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

function convolve(job: Job, emitter: Emitter): Convolved {
  const { x, groups, channels, attr } = job;
  if (groups === 1) return { op: "Conv2D", inputs: [x, filterPart(job, emitter, [0, 1])], attr };
  if (groups === channels) return { op: "DepthwiseConv2dNative", inputs: [x, depthwiseFilter(job, emitter)], attr };
  return convolveGroups(job, emitter);
}

/**
 * TensorFlow.js has no grouped convolution: the channels are split, each part is convolved, and the results are joined.
 * How many groups go into one part is the plan's to say (`plan-groups.ts`).
 */
function convolveGroups(job: Job, emitter: Emitter): Convolved {
  const { node, x, groups, attr } = job;
  const merge = job.filter.value.kind === "constant" ? (emitter.groupPlan.get(node.name) ?? 1) : 1;
  const parts = groups / merge;
  const base = emitter.nameOf(node.name);
  if (parts === 1) return { op: "Conv2D", inputs: [x, filterPart(job, emitter, [0, groups])], attr };
  const split = emitter.emit("Split", [emitter.scalar(3), x], {
    hint: `${base}/group_split`,
    attr: { T: typeAttr("float32"), num_split: { i: String(parts) } },
  });
  const results = Array.from({ length: parts }, (_, part) => {
    const input = part === 0 ? split : `${split}:${part}`;
    const filter = filterPart(job, emitter, [part * merge, merge]);
    return emitter.emit("Conv2D", [input, filter], { hint: `${base}/group_${part}`, attr });
  });
  const joined = emitter.emit("ConcatV2", [...results, emitter.scalar(3)], {
    hint: `${base}/group_concat`,
    attr: { N: { i: String(parts) }, T: typeAttr("float32"), Tidx: typeAttr("int32") },
  });
  return { op: "Identity", inputs: [joined], attr: { T: typeAttr("float32") } };
}

/** The Relu that alone uses a value, if there is one. */
function onlyRelu(output: string, emitter: Emitter): Node | undefined {
  const users = emitter.consumers(output);
  const relu = users.length === 1 && !emitter.isOutput(output) ? users[0] : undefined;
  return relu?.op === "Relu" ? relu : undefined;
}

/**
 * Adds bias and Relu to a convolution, in one node where TensorFlow.js has one for it. The Relu needs the bias: the
 * engine reads `fused_ops` as bias and activation by place, and drops a Relu that is alone in it.
 */
function complete(
  convolved: Convolved,
  emitter: Emitter,
  { hint, bias, relu }: { readonly hint: string; readonly bias: Value | undefined; readonly relu: boolean },
): Convolved {
  if (bias === undefined) return convolved;
  const { op, inputs, attr } = convolved;
  if (op === "Conv2D") {
    return {
      op: "_FusedConv2D",
      inputs: [...inputs, emitter.plain(bias)],
      attr: { ...attr, fused_ops: stringsAttr(["BiasAdd", ...(relu ? ["Relu"] : [])]), num_args: { i: "1" } },
    };
  }
  const whole = op === "Identity" ? inputs : [emitter.emit(op, inputs, { hint, attr })];
  return { op: "BiasAdd", inputs: [...whole, emitter.plain(bias)], attr: { T: typeAttr("float32") } };
}

const lowerConv: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const image = imageOf(node, inputOf(node, 0, emitter), emitter);
  const filter = filterOf(node, emitter);
  const kernel = readInts(node, "kernel_shape") ?? filter.shape.slice(4 - image.spatial.length);
  const window = windowOf(node, kernel, image.spatial);
  const x = padImage(node, emitter, { ref: image.ref, pads: window, value: 0 });
  const groups = readInt(node, "group", 1);
  // TensorFlow.js takes no stride where there is dilation, and depthwise only equal ones: then every pixel is computed.
  const [rows, columns] = window.strides;
  const dilated = Math.max(...window.dilations) > 1;
  const dense = Math.max(rows, columns) > 1 && (dilated || (groups > 1 && rows !== columns));
  const attr = windowAttr({ strides: dense ? ONCE : window.strides, dilations: window.dilations });
  const job: Job = { node, x, filter, groups, channels: image.channels, attr };

  const hint = `${emitter.nameOf(node.name)}/dense`;
  const convolved = convolve(job, emitter);
  const bias = optionalInput(node, 2, emitter);
  const fuses = convolved.op === "Conv2D" && bias !== undefined && image.rank === 4;
  const relu = fuses ? onlyRelu(output, emitter) : undefined;
  let result = complete(convolved, emitter, { hint, bias, relu: relu !== undefined });
  if (dense) result = thinOut(result, emitter, { hint, strides: window.strides });
  if (relu !== undefined) emitter.absorb(relu);
  giveImage(relu?.outputs[0] ?? output, emitter, { ...result, rank: image.rank });
};

/** Keeps every n-th pixel of an image. */
function thinOut(
  { op, inputs, attr }: Convolved,
  emitter: Emitter,
  { hint, strides }: { readonly hint: string; readonly strides: Pair },
): Convolved {
  const all = emitter.ints([0, 0, 0, 0]);
  const dense = emitter.emit(op, inputs, { hint, attr });
  return {
    op: "StridedSlice",
    inputs: [dense, all, all, emitter.ints([1, strides[0], strides[1], 1])],
    attr: {
      T: typeAttr("float32"),
      Index: typeAttr("int32"),
      begin_mask: { i: "15" },
      end_mask: { i: "15" },
      ellipsis_mask: { i: "0" },
      new_axis_mask: { i: "0" },
      shrink_axis_mask: { i: "0" },
    },
  };
}

/** Convolutions. */
export const CONVOLUTION: LowerTable = { Conv: lowerConv };
