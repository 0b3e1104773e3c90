import type { Tensor } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import type { Dim, Node } from "../ir.ts";
import { integers, pick } from "./elements.ts";
import {
  constantInts,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  normalizeAxis,
  opaqueDim,
  type Operator,
  outputType,
  type ValueType,
} from "./operator.ts";
import { tableOffsets } from "./positions.ts";

interface AxisSlice {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** One axis of a slice: negative positions count from the end, then both are clamped (onnx/docs/Operators.md, Slice). */
function resolveSlice(size: number, options: { start: number; end: number; step: number }): AxisSlice {
  const { step } = options;
  const clamp = (position: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, position < 0 ? position + size : position));
  const start = step > 0 ? clamp(options.start, 0, size) : clamp(options.start, 0, size - 1);
  const end = step > 0 ? clamp(options.end, 0, size) : clamp(options.end, -1, size - 1);
  return { start, step, length: Math.max(0, Math.ceil((end - start) / step)) };
}

/** What is sliced: start, end and step by axis. */
type Slices = ReadonlyMap<number, { readonly start: number; readonly end: number; readonly step: number }>;

/**
 * Reads a node's slices, which are attributes before opset 10 and inputs since; `undefined` when an input is not known.
 *
 * @throws FormatError when the lists differ in length, an axis repeats or a step is 0.
 */
function readSlices(
  call: { readonly node: Node; readonly opset: number; readonly inputs: readonly unknown[] },
  rank: number,
  list: (index: number) => readonly number[] | undefined,
): Slices | undefined {
  const legacy = call.opset < 10;
  const names = ["", "starts", "ends", "axes"];
  const given = (index: number): readonly number[] | undefined | null => {
    if (legacy) return readInts(call.node, names[index] ?? "steps") ?? null;
    return call.inputs[index] === undefined ? null : list(index);
  };
  const [starts, ends, axes, steps] = [given(1), given(2), given(3), given(4)];
  if (starts === undefined || ends === undefined || axes === undefined || steps === undefined) return undefined;
  if (starts === null || ends === null) throw malformed(call, "starts or ends are missing");
  for (const values of [ends, axes, steps]) {
    if (values !== null && values.length !== starts.length) {
      throw malformed(call, "starts, ends, axes and steps differ in length");
    }
  }
  const slices = new Map<number, { start: number; end: number; step: number }>();
  for (const [index, start] of starts.entries()) {
    const axis = normalizeAxis(call, axes === null ? index : axes[index]!, rank);
    const step = steps === null ? 1 : steps[index]!;
    if (step === 0) throw malformed(call, `the step of axis ${axis} is 0`);
    if (slices.has(axis)) throw malformed(call, `axis ${axis} is sliced twice`);
    slices.set(axis, { start, end: ends[index]!, step });
  }
  return slices;
}

function inferSlice(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const slices = readSlices(call, x.shape.length, (index) => constantInts(call, index));
  const shape = x.shape.map((size, axis): Dim => {
    if (slices === undefined) return opaqueDim(call, axis);
    const slice = slices.get(axis);
    if (slice === undefined) return size;
    return typeof size === "number" ? resolveSlice(size, slice).length : opaqueDim(call, axis);
  });
  return [{ dtype: x.dtype, shape }];
}

function sliceDims(call: InferCall): readonly Dim[] | undefined {
  const values = call.dims(0);
  const slice = readSlices(call, 1, (index) => constantInts(call, index))?.get(0);
  if (values === undefined || slice === undefined) return undefined;
  const { start, step, length } = resolveSlice(values.length, slice);
  return Array.from({ length }, (_, index) => values[start + index * step]!);
}

function interpretSlice(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const slices = readSlices(call, x.shape.length, (index) => integers(inputTensor(call, index)));
  const tables = x.shape.map((size, axis) => {
    const { start, step, length } = resolveSlice(size, slices?.get(axis) ?? { start: 0, end: size, step: 1 });
    return Array.from({ length }, (_, index) => start + index * step);
  });
  return [pick(x, outputType(call), tableOffsets(x.shape, tables))];
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

/** Gather: numpy.take along an axis; negative indices count from the end (opset 11). */
function interpretGather(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call, readInt(call.node, "axis", 0), x.shape.length);
  const size = x.shape[axis]!;
  const table = integers(inputTensor(call, 1)).map((index) => {
    if (index < -size || index >= size) throw malformed(call, `index ${index} lies outside [${-size}, ${size})`);
    return index < 0 ? index + size : index;
  });
  const tables = x.shape.map((length, position) =>
    position === axis ? table : Array.from({ length }, (_, index) => index),
  );
  return [pick(x, outputType(call), tableOffsets(x.shape, tables))];
}

/** Taking parts of a tensor (onnx/docs/Operators.md, Slice and Gather). */
export const SLICE: readonly Operator[] = [
  {
    op: "Slice",
    inputs: [1, 5],
    attributes: { axes: "ints", ends: "ints", starts: "ints" },
    infer: inferSlice,
    inferDims: sliceDims,
    interpret: interpretSlice,
  },
  {
    op: "Gather",
    inputs: [2, 2],
    attributes: { axis: "int" },
    infer: inferGather,
    inferDims: gatherDims,
    interpret: interpretGather,
  },
];
