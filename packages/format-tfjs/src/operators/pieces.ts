import {
  type Dim,
  type Node,
  normalizeAxis,
  readInt,
  readReducedAxes,
  readSlices,
  readSoftmaxAxis,
  resolveSlice,
} from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { laidOut } from "../value.ts";
import { axisIn, commonLayout, listIn } from "./expression.ts";
import { meanSteps } from "./mean.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, parametersOf, unsupported } from "./operator.ts";

const lowerConcat: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const values = node.inputs.map((_, index) => inputOf(node, index, emitter));
  const rank = emitter.type(output).shape.length;
  const layout = commonLayout(values, rank);
  const axis = axisIn(normalizeAxis(node, readInt(node, "axis", 1), rank), layout);
  const refs = values.map((value) => emitter.inLayout(value, layout));
  // TensorFlow's own ConcatV2 takes no single value.
  if (refs.length === 1) {
    emitter.give(output, "Identity", refs, { layout });
    return;
  }
  const attr = { N: { i: String(refs.length) } };
  emitter.give(output, "ConcatV2", [...refs, emitter.scalar(axis)], { layout, attr });
};

const lowerSplit: Lower = (node, emitter) => {
  const x = inputOf(node, 0, emitter);
  const layout = commonLayout([x], x.shape.length);
  const axis = normalizeAxis(node, readInt(node, "axis", 0), x.shape.length);
  const sizes = node.outputs.map((name) => {
    const size = emitter.type(name).shape[axis];
    if (typeof size !== "number") throw unsupported(node, "splits a size that is open");
    return size;
  });
  const hint = `${emitter.nameOf(node.outputs[0]!)}/split`;
  const inputs = [emitter.inLayout(x, layout), emitter.ints(sizes), emitter.scalar(axisIn(axis, layout))];
  const split = emitter.emit("SplitV", inputs, { hint, attr: { num_split: { i: String(sizes.length) } } });
  for (const [index, name] of node.outputs.entries()) {
    emitter.give(name, "Identity", [index === 0 ? split : `${split}:${index}`], { layout });
  }
};

const lowerSlice: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const layout = commonLayout([x], rank);
  const parameters = await parametersOf(node, 1, emitter);
  const slices = readSlices(parameters, rank, parameters.list) ?? new Map<number, never>();
  const begin = new Array<number>(rank).fill(0);
  const end = new Array<number>(rank).fill(0);
  const strides = new Array<number>(rank).fill(1);
  // A set bit takes everything there is on that side.
  const [fromStart, toEnd] = [new Array<boolean>(rank).fill(true), new Array<boolean>(rank).fill(true)];
  for (const [axis, slice] of slices) {
    const size = x.shape[axis]!;
    if (typeof size !== "number") throw unsupported(node, "slices a size that is open");
    const resolved = resolveSlice(size, slice);
    begin[axis] = Math.max(0, resolved.start);
    end[axis] = Math.max(0, resolved.end);
    strides[axis] = resolved.step;
    fromStart[axis] = false;
    toEnd[axis] = resolved.end < 0;
  }
  const mask = (bits: readonly boolean[]): number =>
    listIn(bits, layout).reduce((sum, bit, axis) => sum + (bit ? 2 ** axis : 0), 0);
  const bounds = [begin, end, strides].map((values) => emitter.ints(listIn(values, layout)));
  emitter.give(output, "StridedSlice", [emitter.inLayout(x, layout), ...bounds], {
    layout,
    attr: {
      begin_mask: { i: String(mask(fromStart)) },
      end_mask: { i: String(mask(toEnd)) },
      ellipsis_mask: { i: "0" },
      new_axis_mask: { i: "0" },
      shrink_axis_mask: { i: "0" },
    },
  });
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  ReduceMax: "Max",
  ReduceMean: "Mean",
  ReduceMin: "Min",
  ReduceProd: "Prod",
  ReduceSum: "Sum",
};

const lowerReduce: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const float = x.dtype === "float32";
  const integer = x.dtype === "int32" || x.dtype === "int64";
  if (!float && (!integer || node.op === "ReduceMean")) throw unsupported(node, `works on ${x.dtype}`);
  if (x.shape.includes(0)) throw unsupported(node, "reduces an empty tensor");
  const rank = x.shape.length;
  const parameters = await parametersOf(node, 1, emitter);
  const reduced = [...(readReducedAxes(parameters, rank, parameters.list) ?? [])];
  const keep = readInt(node, "keepdims", 1) !== 0;
  const layout = keep ? commonLayout([x], rank) : "plain";
  const ref = emitter.inLayout(x, layout);
  // Without axes, and where the node says that none are meant.
  if (reduced.length === 0) {
    emitter.give(output, "Identity", [ref], { layout });
    return;
  }
  const axes = reduced.map((axis) => axisIn(axis, layout));
  if (node.op === "ReduceMean" || (node.op === "ReduceSum" && float)) {
    const hint = `${emitter.nameOf(output)}/${node.op === "ReduceMean" ? "mean" : "sum"}`;
    const shape = laidOut(x.shape, layout);
    const op = node.op === "ReduceMean" ? "Mean" : "Sum";
    const last = meanSteps(ref, { op, shape, axes, keep, hint }, emitter);
    emitter.give(output, last.op, last.inputs, { layout, attr: last.attr });
    return;
  }
  const attr = { T: typeAttr(float ? "float32" : "int32"), keep_dims: { b: keep } };
  emitter.give(output, REDUCTIONS[node.op]!, [ref, emitter.ints(axes)], { layout, attr });
};

/** TensorFlow's runs over the last axis; others come there and go back. */
/** Axes that TensorFlow's own softmax takes. */
const MAX_SOFTMAX_RANK = 5;

/** A softmax over the last of some sizes: over rows, where there are more axes than TensorFlow takes. */
function softmaxOf(
  node: Node,
  { ref, sizes, hint }: { readonly ref: string; readonly sizes: readonly Dim[]; readonly hint: string },
  emitter: Emitter,
): string {
  const attr = { T: typeAttr("float32") };
  if (sizes.length <= MAX_SOFTMAX_RANK) return emitter.emit(node.op, [ref], { hint, attr });
  const rows = emitter.reshape(ref, ["rows", sizes.at(-1)!], { hint });
  return emitter.reshape(emitter.emit(node.op, [rows], { hint, attr }), sizes, { hint });
}

const lowerSoftmax: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const layout = commonLayout([x], rank);
  const axis = readSoftmaxAxis({ node, opset: emitter.graph.opset }, rank);
  const hint = `${emitter.nameOf(output)}/rows`;
  // Images keep their layout unless their columns are the axis.
  const kept = axis === rank - 1 ? "plain" : layout;
  const at = axisIn(axis, kept);
  const ref = kept === "plain" ? emitter.plain(x) : emitter.inLayout(x, kept);
  const sizes = laidOut(x.shape, kept);
  if (at === rank - 1) {
    if (rank <= MAX_SOFTMAX_RANK) {
      emitter.give(output, node.op, [ref], { layout: kept, attr: { T: typeAttr("float32") } });
      return;
    }
    emitter.give(output, "Identity", [softmaxOf(node, { ref, sizes, hint }, emitter)], { layout: kept });
    return;
  }
  const perm = Array.from({ length: rank }, (_, i) => (i === at ? rank - 1 : i === rank - 1 ? at : i));
  const swap = emitter.ints(perm);
  const moved = emitter.emit("Transpose", [ref, swap], { hint });
  const soft = softmaxOf(node, { ref: moved, sizes: perm.map((own) => sizes[own]!), hint }, emitter);
  emitter.give(output, "Transpose", [soft, swap], { layout: kept });
};

/** Taking tensors apart and putting them together. */
export const PIECES: LowerTable = {
  ...Object.fromEntries(Object.keys(REDUCTIONS).map((op) => [op, lowerReduce])),
  Concat: lowerConcat,
  LogSoftmax: lowerSoftmax,
  Slice: lowerSlice,
  Softmax: lowerSoftmax,
  Split: lowerSplit,
};
