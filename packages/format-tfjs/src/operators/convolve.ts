import { InternalError } from "@samoyed/core";
import type { ImageWindow, Node, Pair } from "@samoyed/ir";
import { arrangeDepthwise, arrangeFilter } from "../arrangement.ts";
import { type Emitter, spatialAttr } from "../emitter.ts";
import { stringAttr, stringsAttr, type TfAttribute, typeAttr } from "../tf-graph.ts";
import type { Value } from "../value.ts";

/** Attributes that all convolutions share. */
export function windowAttr({
  strides,
  dilations,
}: Pick<ImageWindow, "strides" | "dilations">): Record<string, TfAttribute> {
  return {
    T: typeAttr("float32"),
    strides: spatialAttr(strides),
    padding: stringAttr("VALID"),
    data_format: stringAttr("NHWC"),
    dilations: spatialAttr(dilations),
  };
}

/** The one convolution's job: what it reads and how it slides. */
export interface Job {
  readonly node: Node;
  readonly x: string;
  readonly filter: Filter;
  readonly groups: number;
  readonly channels: number;
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

/** A filter of four axes, [O, I / groups, h, w]. */
export interface Filter {
  readonly value: Value;
  readonly shape: readonly [number, number, number, number];
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
export interface Convolved {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

/** Convolves the whole image, in groups where there are several. */
export function convolve(job: Job, emitter: Emitter): Convolved {
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
export function onlyRelu(output: string, emitter: Emitter): Node | undefined {
  const users = emitter.consumers(output);
  const relu = users.length === 1 && !emitter.isOutput(output) ? users[0] : undefined;
  return relu?.op === "Relu" ? relu : undefined;
}

/**
 * Adds bias and Relu to a convolution, in one node where TensorFlow.js has one for it. The Relu needs the bias: the
 * engine reads `fused_ops` as bias and activation by place, and drops a Relu that is alone in it.
 */
export function complete(
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
