import { elementCount, lazyTensor } from "@samoyed/core";
import { type Dim, type Node, normalizeAxis, normalizeIndex, readInt } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import type { Value } from "../value.ts";
import { axisIn, commonLayout } from "./expression.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, parameter, unsupported } from "./operator.ts";
import { select } from "./select.ts";

const INT = { T: typeAttr("int32") };

/** Places along an axis of `size`, counted from the front: negative ones count from its end. */
async function places(
  node: Node,
  index: Value,
  { size, emitter }: { readonly size: Dim; readonly emitter: Emitter },
): Promise<string> {
  const numbers = await emitter.numbers(index);
  const hint = `${emitter.nameOf(node.outputs[0]!)}/index`;
  if (numbers !== undefined && typeof size === "number") {
    const known = numbers.map((number) => normalizeIndex(node, number, size));
    return emitter.constant("int32", known, index.shape as readonly number[]);
  }
  if (numbers?.every((number) => number >= 0) === true) {
    return emitter.constant("int32", numbers, index.shape as readonly number[]);
  }
  const end = typeof size === "number" ? emitter.scalar(size) : emitter.sizeOf(size);
  if (end === undefined) throw unsupported(node, "counts from the end of a size that is open");
  const ref = emitter.plain(index);
  const whole = typeof size === "number" ? end : emitter.reshape(end, [], { hint });
  const negative = emitter.emit("Less", [ref, emitter.scalar(0)], { hint, attr: INT });
  const wrapped = emitter.emit("AddV2", [ref, whole], { hint, attr: INT });
  return select(negative, [wrapped, ref], { shape: index.shape, hint, emitter });
}

/** Elements by their places along an axis. */
const lowerGather: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const [x, index] = [inputOf(node, 0, emitter), inputOf(node, 1, emitter)];
  const rank = x.shape.length;
  const axis = normalizeAxis(node, readInt(node, "axis", 0), rank);
  const found = await places(node, index, { size: x.shape[axis]!, emitter });
  const layout = index.shape.length === 1 ? commonLayout([x], rank) : "plain";
  const inputs = [emitter.inLayout(x, layout), found, emitter.scalar(axisIn(axis, layout))];
  emitter.give(output, "GatherV2", inputs, { layout });
};

/** Elements by their places along an axis, one for each element: as places in the flat tensor. */
const lowerGatherElements: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const [x, index] = [inputOf(node, 0, emitter), inputOf(node, 1, emitter)];
  const rank = x.shape.length;
  const axis = normalizeAxis(node, readInt(node, "axis", 0), rank);
  const inner = x.shape.slice(1);
  if (inner.some((size) => typeof size === "string"))
    throw unsupported(node, "takes elements of a tensor of open sizes");
  const strides = x.shape.map((_, at) => elementCount(inner.slice(at) as number[]));
  const hint = `${emitter.nameOf(output)}/place`;
  const step = (op: string, a: string, b: string): string => emitter.emit(op, [a, b], { hint, attr: INT });
  let flat = step("Mul", await places(node, index, { size: x.shape[axis]!, emitter }), emitter.scalar(strides[axis]!));
  for (const [at, size] of index.shape.entries()) {
    if (at === axis || size === 1) continue;
    const along = index.shape.map((_, other) => (other === at ? size : 1));
    const offsets = range(size, { step: strides[at]!, hint, emitter });
    if (offsets === undefined) throw unsupported(node, "takes elements along a size that is open");
    flat = step("AddV2", flat, emitter.reshape(offsets, along, { hint }));
  }
  const elements = emitter.reshape(emitter.plain(x), [-1], { hint });
  emitter.give(output, "GatherV2", [elements, flat, emitter.scalar(0)], { layout: "plain" });
};

/** 0, step, 2 · step, …, as many as a size says; `undefined` where no tensor before has it. */
export function range(
  size: Dim,
  { step, hint, emitter }: { readonly step: number; readonly hint: string; readonly emitter: Emitter },
): string | undefined {
  if (typeof size === "number") return emitter.ints(Array.from({ length: size }, (_, index) => index * step));
  const count = emitter.sizeOf(size);
  if (count === undefined) return undefined;
  const end = emitter.reshape(count, [], { hint });
  const attr = { Tidx: typeAttr("int32") };
  const numbers = emitter.emit("Range", [emitter.scalar(0), end, emitter.scalar(1)], { hint, attr });
  return emitter.emit("Mul", [numbers, emitter.scalar(step)], { hint, attr: INT });
}

/** The on value where a new axis's position is the index, the off value elsewhere. */
const lowerOneHot: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const [index, values] = [inputOf(node, 0, emitter), inputOf(node, 2, emitter)];
  const depth = (await parameter(node, 1, emitter))?.[0];
  const { shape } = emitter.type(output);
  if (depth === undefined) throw unsupported(node, "has a depth that is no constant");
  const axis = normalizeAxis(node, readInt(node, "axis", -1), shape.length);
  const hint = `${emitter.nameOf(output)}/hot`;
  const float = index.dtype === "float32";
  const attr = { T: typeAttr(float ? "float32" : "int32") };
  const number = (value: number): string => emitter.constant(float ? "float32" : "int32", [value], []);
  const ref = emitter.plain(index);
  const wrapped = emitter.emit("AddV2", [ref, number(depth)], { hint, attr });
  const negative = emitter.emit("Less", [ref, number(0)], { hint, attr });
  const found = select(negative, [wrapped, ref], { shape: index.shape, hint, emitter });
  const places = emitter.emit("ExpandDims", [found, emitter.scalar(axis)], { hint });
  const along = emitter.constant(
    float ? "float32" : "int32",
    Array.from({ length: depth }, (_, position) => position),
    shape.map((_, at) => (at === axis ? depth : 1)),
  );
  const hot = emitter.emit("Equal", [places, along], { hint, attr });
  const list = emitter.plain(values);
  const [off, on] = [0, 1].map((at) => {
    const one = emitter.emit("Slice", [list, emitter.ints([at]), emitter.ints([1])], { hint });
    return emitter.reshape(one, [], { hint });
  });
  emitter.give(output, "Identity", [select(hot, [on!, off!], { shape, hint, emitter })], { layout: "plain" });
};

/** The upper or lower triangle of each matrix, zeros elsewhere. */
const lowerTrilu: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const [rows, columns] = x.shape.slice(-2);
  if (typeof rows !== "number" || typeof columns !== "number") throw unsupported(node, "has matrices of open size");
  const k = optionalInput(node, 1, emitter) === undefined ? 0 : (await parameter(node, 1, emitter))![0]!;
  const upper = readInt(node, "upper", 1) !== 0;
  const data = Uint8Array.from({ length: rows * columns }, (_, place) => {
    const diagonal = (place % columns) - Math.floor(place / columns);
    return (upper ? diagonal >= k : diagonal <= k) ? 1 : 0;
  });
  const hint = `${emitter.nameOf(output)}/triangle`;
  const mask = emitter.weight(lazyTensor(hint, { dtype: "bool", shape: [rows, columns], data }));
  const ref = emitter.plain(x);
  if (x.dtype === "bool") {
    emitter.give(output, "LogicalAnd", [ref, mask], { layout: "plain" });
    return;
  }
  const zero = x.dtype === "float32" ? emitter.float(0) : emitter.scalar(0);
  const shapes = [[rows, columns], x.shape, []] as const;
  const kept = select(mask, [ref, zero], { shape: x.shape, shapes, hint, emitter });
  emitter.give(output, "Identity", [kept], { layout: "plain" });
};

/** Choosing elements by their places. */
export const INDEXING: LowerTable = {
  Gather: lowerGather,
  GatherElements: lowerGatherElements,
  OneHot: lowerOneHot,
  Trilu: lowerTrilu,
};
