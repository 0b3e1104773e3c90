import { readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { MAX_DIM } from "../limits.ts";
import { nodeFormatError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { constantInts, type InferCall, inputType, opaqueDim, type OperatorRule, type RuleTable } from "./rule.ts";

/** What is taken of one axis: `length` positions from `start` on, every `step`-th. */
export interface AxisSlice {
  readonly start: number;
  /** The position after the last; -1 if a negative step goes to the beginning. */
  readonly end: number;
  readonly step: number;
  readonly length: number;
}

/** Resolves one axis of a slice: negative positions count from the end, then both are clamped (onnx/docs/Operators.md, Slice). */
export function resolveSlice(size: number, options: { start: number; end: number; step: number }): AxisSlice {
  const { step } = options;
  const clamp = (position: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, position < 0 ? position + size : position));
  const start = step > 0 ? clamp(options.start, 0, size) : clamp(options.start, 0, size - 1);
  const end = step > 0 ? clamp(options.end, 0, size) : clamp(options.end, -1, size - 1);
  return { start, end, step, length: Math.max(0, Math.ceil((end - start) / step)) };
}

/** Slices of a node: start, end and step by axis. */
export type Slices = ReadonlyMap<number, { readonly start: number; readonly end: number; readonly step: number }>;

/**
 * Reads a node's slices, which are attributes before opset 10 and inputs since; `undefined` if an input is not known.
 *
 * @throws FormatError when the lists differ in length, an axis repeats or a step is 0.
 */
export function readSlices(
  call: { readonly node: Node<TypedTensor>; readonly opset: number; readonly inputs: readonly unknown[] },
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
  if (starts === null || ends === null) throw nodeFormatError(call.node, "starts or ends are missing");
  for (const values of [ends, axes, steps]) {
    if (values !== null && values.length !== starts.length) {
      throw nodeFormatError(call.node, "starts, ends, axes and steps differ in length");
    }
  }
  const slices = new Map<number, { start: number; end: number; step: number }>();
  for (const [index, start] of starts.entries()) {
    const axis = normalizeAxis(call.node, axes === null ? index : axes[index]!, rank);
    const step = steps === null ? 1 : steps[index]!;
    if (step === 0) throw nodeFormatError(call.node, `the step of axis ${axis} is 0`);
    if (slices.has(axis)) throw nodeFormatError(call.node, `axis ${axis} is sliced twice`);
    slices.set(axis, { start, end: ends[index]!, step });
  }
  return slices;
}

/** Whether a slice takes all of any axis. */
function takesAll({ start, end, step }: { start: number; end: number; step: number }): boolean {
  return step === 1 && (start === 0 || start <= -MAX_DIM) && end >= MAX_DIM;
}

function inferSlice(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const slices = readSlices(call, x.shape.length, (index) => constantInts(call, index));
  const shape = x.shape.map((size, axis): Dim => {
    if (slices === undefined) return opaqueDim(call, axis);
    const slice = slices.get(axis);
    if (slice === undefined) return size;
    if (typeof size === "number") return resolveSlice(size, slice).length;
    return takesAll(slice) ? size : opaqueDim(call, axis);
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

/** Rule of Slice. */
export const sliceRule: OperatorRule = {
  inputs: [1, 5],
  attributes: { axes: "ints", ends: "ints", starts: "ints" },
  infer: inferSlice,
  inferDims: sliceDims,
};

/** Slicing of tensors (onnx/docs/Operators.md, Slice). */
export const SLICE: RuleTable = { Slice: sliceRule };
