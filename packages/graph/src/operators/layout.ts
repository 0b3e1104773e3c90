import { formatShape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { floorDivide, multiplyDims } from "../dims.ts";
import type { Dim } from "../ir.ts";
import { broadcastShapes } from "./broadcast.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inputType,
  malformed,
  MANY,
  misfit,
  normalizeAxis,
  opaqueDim,
  type Operator,
  requireSameDType,
  type ValueType,
} from "./operator.ts";

function inferTranspose(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const rank = x.shape.length;
  const perm = readInts(call.node, "perm") ?? x.shape.map((_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => !(axis >= 0 && axis < rank))) {
    throw misfit(call, `attribute "perm" ${formatShape(perm)} is no permutation of the ${rank} axes of input 0`);
  }
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
}

function inferConcat(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const first = inputType(call, 0);
  const axis = normalizeAxis(call, readInt(call.node, "axis", 1), first.shape.length);
  const shape: Dim[] = [...first.shape];
  let total = 0;
  let symbolic: Dim | undefined;
  for (const index of call.inputs.keys()) {
    const type = inputType(call, index);
    if (type.shape.length !== shape.length) {
      throw misfit(call, `${describeInput(call, index)}; expected ${shape.length} axes, as input 0 has`);
    }
    for (const [position, size] of type.shape.entries()) {
      const expected = shape[position]!;
      if (position === axis) continue;
      if (typeof expected === "string") shape[position] = size;
      else if (typeof size === "number" && size !== expected) {
        throw misfit(call, `${describeInput(call, index)} has size ${size} on axis ${position}; expected ${expected}`);
      }
    }
    const size = type.shape[axis]!;
    if (typeof size === "number") total += size;
    else symbolic = symbolic === undefined ? size : opaqueDim(call, axis);
  }
  shape[axis] =
    symbolic === undefined
      ? total
      : symbolic === opaqueDim(call, axis)
        ? symbolic
        : floorDivide(symbolic, { add: total, divide: 1, plus: 0 });
  return [{ dtype: first.dtype, shape }];
}

function inferSplit(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const axis = normalizeAxis(call, readInt(call.node, "axis", 0), x.shape.length);
  const count = call.node.outputs.length;
  const given = call.opset < 13 ? readInts(call.node, "split") : constantInts(call, 1);
  if (given === undefined && call.inputs[1] !== undefined) return call.node.outputs.map(() => undefined);
  const size = x.shape[axis]!;
  if (given === undefined) {
    const parts = readInt(call.node, "num_outputs", count);
    if (parts !== count) throw misfit(call, `attribute "num_outputs" is ${parts}; the node has ${count} outputs`);
    return call.node.outputs.map((_, index): ValueType => {
      // Opset 18 lets the last part be smaller; before, the parts are equal.
      const part =
        typeof size === "number"
          ? Math.max(0, Math.min(Math.ceil(size / count), size - index * Math.ceil(size / count)))
          : opaqueDim(call, axis, index);
      return { dtype: x.dtype, shape: x.shape.map((dim, position) => (position === axis ? part : dim)) };
    });
  }
  const total = given.reduce((sum, part) => sum + part, 0);
  if (given.length !== count || given.some((part) => part < 0) || (typeof size === "number" && total !== size)) {
    throw misfit(call, `split ${formatShape(given)} does not cut ${describeInput(call, 0)} into ${count} parts`);
  }
  return given.map((part) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, position) => (position === axis ? part : dim)),
  }));
}

/** One axis of a slice over a known size: ONNX operator Slice, with negative positions and clamping resolved. */
export interface AxisSlice {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** Resolves one axis of a slice as ONNX's Slice does: negative positions count from the end, then both are clamped. */
export function resolveSlice(size: number, options: { start: number; end: number; step: number }): AxisSlice {
  const { step } = options;
  const clamp = (position: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, position < 0 ? position + size : position));
  const start = step > 0 ? clamp(options.start, 0, size) : clamp(options.start, 0, size - 1);
  const end = step > 0 ? clamp(options.end, 0, size) : clamp(options.end, -1, size - 1);
  return { start, step, length: Math.max(0, Math.ceil((end - start) / step)) };
}

interface SliceParts {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  readonly steps: readonly number[];
}

function sliceParts(call: InferCall, rank: number): SliceParts | undefined {
  const legacy = call.opset < 10;
  const starts = legacy ? readInts(call.node, "starts") : constantInts(call, 1);
  const ends = legacy ? readInts(call.node, "ends") : constantInts(call, 2);
  const axes = legacy ? readInts(call.node, "axes") : call.inputs[3] && constantInts(call, 3);
  const steps = legacy ? undefined : call.inputs[4] && constantInts(call, 4);
  if (starts === undefined || ends === undefined) return undefined;
  if (!legacy && ((call.inputs[3] && axes === undefined) || (call.inputs[4] && steps === undefined))) return undefined;
  return checkSlice(call, { starts, ends, axes, steps }, rank);
}

/** Fills in and checks the four lists of a slice. */
export function checkSlice(
  call: Pick<InferCall, "node">,
  lists: {
    readonly starts: readonly number[];
    readonly ends: readonly number[];
    readonly axes: readonly number[] | undefined;
    readonly steps: readonly number[] | undefined;
  },
  rank: number,
): SliceParts {
  const { starts, ends } = lists;
  const axes = (lists.axes ?? starts.map((_, index) => index)).map((axis) => normalizeAxis(call, axis, rank));
  const steps = lists.steps ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    throw malformed(call, `starts, ends, axes and steps differ in length`);
  }
  if (steps.includes(0)) throw malformed(call, `a step is 0`);
  return { starts, ends, axes, steps };
}

function inferSlice(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const parts = sliceParts(call, x.shape.length);
  if (parts === undefined) return [{ dtype: x.dtype, shape: x.shape.map((_, axis) => opaqueDim(call, axis)) }];
  const shape: Dim[] = [...x.shape];
  for (const [index, axis] of parts.axes.entries()) {
    const size = shape[axis]!;
    const [start, end, step] = [parts.starts[index]!, parts.ends[index]!, parts.steps[index]!];
    if (typeof size === "number") shape[axis] = resolveSlice(size, { start, end, step }).length;
    else shape[axis] = opaqueDim(call, axis);
  }
  return [{ dtype: x.dtype, shape }];
}

function sliceDims(call: InferCall): readonly Dim[] | undefined {
  const values = call.dims(0);
  const parts = sliceParts(call, 1);
  if (values === undefined || parts === undefined || parts.axes.length !== 1) return undefined;
  const slice = resolveSlice(values.length, { start: parts.starts[0]!, end: parts.ends[0]!, step: parts.steps[0]! });
  return Array.from({ length: slice.length }, (_, index) => values[slice.start + index * slice.step]!);
}

function inferGather(call: InferCall): readonly ValueType[] {
  const data = inputType(call, 0);
  const indices = inputType(call, 1);
  const axis = normalizeAxis(call, readInt(call.node, "axis", 0), data.shape.length);
  return [
    { dtype: data.dtype, shape: [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)] },
  ];
}

function gatherDims(call: InferCall): readonly Dim[] | undefined {
  const values = call.dims(0);
  const indices = constantInts(call, 1);
  if (values === undefined || indices === undefined) return undefined;
  return indices.map((index) => values[normalizeAxis(call, index, values.length)]!);
}

function concatDims(call: InferCall): readonly Dim[] | undefined {
  const all: Dim[] = [];
  for (const index of call.inputs.keys()) {
    const values = call.dims(index);
    if (values === undefined) return undefined;
    all.push(...values);
  }
  return all;
}

function inferPad(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const rank = x.shape.length;
  const pads = call.opset < 11 ? readInts(call.node, "pads") : constantInts(call, 1);
  if (pads === undefined) return [{ dtype: x.dtype, shape: x.shape.map((_, axis) => opaqueDim(call, axis)) }];
  const given = call.inputs[3] === undefined ? [...x.shape.keys()] : constantInts(call, 3);
  if (given === undefined) return [{ dtype: x.dtype, shape: x.shape.map((_, axis) => opaqueDim(call, axis)) }];
  const axes = given.map((axis) => normalizeAxis(call, axis, rank));
  if (pads.length !== 2 * axes.length) {
    throw misfit(call, `pads ${formatShape(pads)} has ${pads.length} values; expected ${2 * axes.length}`);
  }
  const shape: Dim[] = [...x.shape];
  for (const [index, axis] of axes.entries()) {
    const add = pads[index]! + pads[index + axes.length]!;
    const padded = floorDivide(shape[axis]!, { add, divide: 1, plus: 0 });
    if (typeof padded === "number" && padded < 0) {
      throw misfit(
        call,
        `${describeInput(call, 0)} with pads ${formatShape(pads)} gets size ${padded} on axis ${axis}`,
      );
    }
    shape[axis] = padded;
  }
  return [{ dtype: x.dtype, shape }];
}

function inferExpand(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const target = call.dims(1);
  if (target === undefined) return [undefined];
  const shaped: InferCall = { ...call, inputs: [x, { dtype: x.dtype, shape: target }] };
  return [{ dtype: x.dtype, shape: broadcastShapes(shaped, [0, 1]) }];
}

function inferTile(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const repeats = call.dims(1);
  if (repeats === undefined) return [{ dtype: x.dtype, shape: x.shape.map((_, axis) => opaqueDim(call, axis)) }];
  if (repeats.length !== x.shape.length) {
    throw misfit(call, `repeats ${formatShape(repeats)}; expected ${x.shape.length} values`);
  }
  const shape = x.shape.map((size, axis) => multiplyDims([size, repeats[axis]!]) ?? opaqueDim(call, axis));
  return [{ dtype: x.dtype, shape }];
}

/** Operators that move elements. */
export const LAYOUT: readonly Operator[] = [
  { op: "Transpose", inputs: [1, 1], attributes: { perm: "ints" }, infer: inferTranspose },
  { op: "Concat", inputs: [1, MANY], attributes: { axis: "int" }, infer: inferConcat, inferDims: concatDims },
  {
    op: "Split",
    inputs: [1, 2],
    outputs: [1, MANY],
    attributes: { axis: "int", num_outputs: "int", split: "ints" },
    infer: inferSplit,
  },
  {
    op: "Slice",
    inputs: [1, 5],
    attributes: { axes: "ints", ends: "ints", starts: "ints" },
    infer: inferSlice,
    inferDims: sliceDims,
  },
  { op: "Gather", inputs: [2, 2], attributes: { axis: "int" }, infer: inferGather, inferDims: gatherDims },
  {
    op: "Pad",
    inputs: [1, 4],
    attributes: { mode: "string", pads: "ints", value: "float" },
    infer: inferPad,
  },
  { op: "Expand", inputs: [2, 2], infer: inferExpand },
  { op: "Tile", inputs: [2, 2], infer: inferTile },
];
