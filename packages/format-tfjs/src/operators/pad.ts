import { elementCount } from "@samoyed/core";
import { type Dim, type Node, padSources, readPadding, readPadMode, readString } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { stringAttr, typeAttr } from "../tf-graph.ts";
import { type Computed, laidOut } from "../value.ts";
import { axisIn, commonLayout, listIn } from "./expression.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, parametersOf, sizesOf, unsupported } from "./operator.ts";

/** Most axes that all engines pad: WebGL's and WebGPU's are the least. */
const MAX_AXES = 4;

/** Elements added before and after an axis; negative ones are removed. */
type Pair = readonly [number, number];

const lowerPad: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const layout = commonLayout([x], rank);
  const parameters = await parametersOf(node, 1, emitter);
  const padding = readPadding(parameters, rank, parameters.list);
  const pads = x.shape.map((_, axis): Pair => [padding?.begin[axis] ?? 0, padding?.end[axis] ?? 0]);
  const mode = readString(node, "mode", "constant");
  readPadMode(node);
  if (mode !== "constant") {
    padFromInput(node, { pads, layout, output, emitter });
    return;
  }
  if (x.dtype === "bool") throw unsupported(node, "pads bool");
  const hint = `${emitter.nameOf(output)}/pad`;
  const cropped = crop(emitter.inLayout(x, layout), {
    node,
    pads: listIn(pads, layout),
    hint,
    shape: laidOut(x.shape, layout),
    emitter,
  });
  const added = listIn(pads, layout).map(([begin, end]): Pair => [Math.max(0, begin), Math.max(0, end)]);
  const number = parameters.list(2)?.[0] ?? 0;
  const value = x.dtype === "float32" ? emitter.float(number) : emitter.scalar(number);
  if (added.flat().every((count) => count === 0)) {
    emitter.give(output, "Identity", [cropped.ref], { layout });
  } else if (rank <= MAX_AXES) {
    const paddings = emitter.constant("int32", added.flat(), [rank, 2]);
    emitter.give(output, "PadV2", [cropped.ref, paddings, value], { layout });
  } else {
    emitter.give(output, "Identity", [padByAxis(node, cropped, { pads: added, value, hint, emitter })], { layout });
  }
};

/** A tensor and its sizes, in its own order. */
interface Sized {
  readonly ref: string;
  readonly shape: readonly Dim[];
}

/** Removes what negative padding removes. */
function crop(
  ref: string,
  options: {
    readonly node: Node;
    readonly pads: readonly Pair[];
    readonly shape: readonly Dim[];
    readonly hint: string;
    readonly emitter: Emitter;
  },
): Sized {
  const { node, pads, shape, hint, emitter } = options;
  if (pads.flat().every((count) => count >= 0)) return { ref, shape };
  const begin = pads.map(([before]) => Math.max(0, -before));
  const sizes = shape.map((size, axis) => {
    const [before, after] = pads[axis]!;
    if (before >= 0 && after >= 0) return size;
    if (typeof size !== "number") throw unsupported(node, "removes elements of a size that is open");
    return size - Math.max(0, -before) - Math.max(0, -after);
  });
  if (sizes.some((size) => typeof size === "number" && size <= 0)) throw unsupported(node, "leaves nothing of an axis");
  // -1 takes the whole axis.
  const counts = sizes.map((size) => (typeof size === "number" ? size : -1));
  return { ref: emitter.emit("Slice", [ref, emitter.ints(begin), emitter.ints(counts)], { hint }), shape: sizes };
}

/** Pads one axis after the other, each between the axes before it and those behind it. */
function padByAxis(
  node: Node,
  start: Sized,
  options: { readonly pads: readonly Pair[]; readonly value: string; readonly hint: string; readonly emitter: Emitter },
): string {
  const { pads, value, hint, emitter } = options;
  let { ref, shape } = start;
  for (const [axis, [before, after]] of pads.entries()) {
    if (before === 0 && after === 0) continue;
    const [size, behind] = [shape[axis]!, shape.slice(axis + 1)];
    if (typeof size !== "number" || behind.some((other) => typeof other === "string")) {
      throw unsupported(node, `pads a tensor of ${shape.length} axes of which some are open`);
    }
    const blocks = emitter.reshape(ref, ["outer", size, elementCount(behind as number[])], { hint });
    const paddings = emitter.constant("int32", [0, 0, before, after, 0, 0], [3, 2]);
    const padded = emitter.emit("PadV2", [blocks, paddings, value], { hint });
    shape = shape.map((other, index) => (index === axis ? size + before + after : other));
    ref = emitter.emit("Reshape", [padded, sizesOf(node, shape, padded, emitter)], { hint });
  }
  return ref;
}

/** The modes that repeat the input's own elements: places along each axis, or TensorFlow's mirror for open sizes. */
function padFromInput(
  node: Node,
  {
    pads,
    layout,
    output,
    emitter,
  }: {
    readonly pads: readonly Pair[];
    readonly layout: Computed["layout"];
    readonly output: string;
    readonly emitter: Emitter;
  },
): void {
  const x = inputOf(node, 0, emitter);
  const hint = `${emitter.nameOf(output)}/pad`;
  let ref = emitter.inLayout(x, layout);
  const padded = pads.flatMap(([before, after], axis) => (before === 0 && after === 0 ? [] : [axis]));
  if (padded.every((axis) => typeof x.shape[axis] === "number")) {
    for (const axis of padded) {
      const [before, after] = pads[axis]!;
      const size = x.shape[axis] as number;
      const [places] = padSources(node, { begin: [before] }, { from: [size], to: [size + before + after] });
      if (places!.length === 0) throw unsupported(node, "leaves nothing of an axis");
      ref = emitter.emit("GatherV2", [ref, emitter.ints(places!), emitter.scalar(axisIn(axis, layout))], { hint });
    }
    emitter.give(output, "Identity", [ref], { layout });
    return;
  }
  const mirrored = readString(node, "mode", "constant") === "reflect" && pads.flat().every((count) => count >= 0);
  if (!mirrored || x.shape.length > MAX_AXES) throw unsupported(node, "pads a size that is open");
  const paddings = emitter.constant("int32", listIn(pads, layout).flat(), [x.shape.length, 2]);
  const attr = { T: typeAttr("float32"), mode: stringAttr("REFLECT") };
  emitter.give(output, "MirrorPad", [ref, paddings], { layout, attr });
}

/** Padding. */
export const PAD: LowerTable = { Pad: lowerPad };
