import { formatShape, type Tensor } from "@samoyed/core";
import { readAttribute, readInts, readString } from "../attributes.ts";
import { floorDivide } from "../dims.ts";
import type { Dim, Node } from "../ir.ts";
import { integers, pick, tensorOf } from "./elements.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  misfit,
  normalizeAxis,
  opaqueDim,
  type Operator,
  outputType,
  type ValueType,
} from "./operator.ts";
import { tableOffsets } from "./positions.ts";

/** Largest padding on one side: what a 32-bit index holds. */
const MAX_PAD = 2 ** 31 - 1;

/** Elements added (or, negative, cut off) before and after each axis. */
export interface Padding {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/**
 * A Pad node's padding per axis, which is an attribute before opset 11 and an input since, and may name its axes since
 * 18; `undefined` when an input is not known.
 *
 * @throws ShapeError when the number of values does not fit, FormatError when one is out of range.
 */
export function readPadding(
  call: { readonly node: Node; readonly opset: number; readonly inputs: readonly unknown[] },
  rank: number,
  list: (index: number) => readonly number[] | undefined,
): Padding | undefined {
  const pads = call.opset < 11 ? readInts(call.node, "pads") : list(1);
  const named = call.inputs[3] === undefined ? Array.from({ length: rank }, (_, axis) => axis) : list(3);
  if (pads === undefined || named === undefined) return undefined;
  const axes = named.map((axis) => normalizeAxis(call, axis, rank));
  if (pads.length !== 2 * axes.length) {
    throw misfit(call, `pads ${formatShape(pads)} has ${pads.length} values; expected ${2 * axes.length}`);
  }
  const begin = new Array<number>(rank).fill(0);
  const end = new Array<number>(rank).fill(0);
  for (const [index, axis] of axes.entries()) {
    begin[axis] = pads[index]!;
    end[axis] = pads[index + axes.length]!;
  }
  for (const value of [...begin, ...end]) {
    if (!Number.isInteger(value) || Math.abs(value) > MAX_PAD) {
      throw malformed(call, `pads ${formatShape(pads)} holds ${value}; expected at most ${MAX_PAD}`);
    }
  }
  return { begin, end };
}

function inferPad(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const padding = readPadding(call, x.shape.length, (index) => constantInts(call, index));
  const shape = x.shape.map((size, axis): Dim => {
    if (padding === undefined) return opaqueDim(call, axis);
    const add = padding.begin[axis]! + padding.end[axis]!;
    const padded = floorDivide(size, { add, divide: 1, plus: 0 });
    if (typeof padded === "number" && padded < 0) {
      throw misfit(call, `${describeInput(call, 0)} with ${add} elements added gets size ${padded} on axis ${axis}`);
    }
    return padded;
  });
  return [{ dtype: x.dtype, shape }];
}

type Place = (position: number, size: number) => number;

/** Where a padded position takes its element from, per mode; negative for the constant. */
const MODES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["constant", (position, size) => (position < 0 || position >= size ? -1 : position)],
  ["edge", (position, size) => Math.max(0, Math.min(size - 1, position))],
  // Mirrored without repeating the edge: period 2 (size − 1), as numpy.pad does where the padding exceeds the size.
  [
    "reflect",
    (position, size) => {
      if (size === 1) return 0;
      const period = 2 * (size - 1);
      const phase = ((position % period) + period) % period;
      return phase < size ? phase : period - phase;
    },
  ],
  ["wrap", (position, size) => ((position % size) + size) % size],
]);

function interpretPad(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const mode = readString(call.node, "mode", "constant");
  const place = MODES.get(mode);
  if (place === undefined) {
    throw malformed(call, `attribute "mode" is "${mode}"; expected ${[...MODES.keys()].join(", ")}`);
  }
  if (mode !== "constant" && x.shape.includes(0))
    throw misfit(call, `mode "${mode}" has nothing to take elements from`);
  const padding = readPadding(call, x.shape.length, (index) => integers(inputTensor(call, index)));
  const tables = type.shape.map((size, axis) =>
    Array.from({ length: size }, (_, index) => place(index - (padding?.begin[axis] ?? 0), x.shape[axis]!)),
  );
  // The constant is an attribute before opset 11.
  const value = readAttribute(call.node, "value", "float");
  const scalar = { dtype: x.dtype, shape: [] };
  const fill = call.inputs[2] ?? (value === undefined ? undefined : tensorOf(scalar, new Float64Array([value])));
  return [pick(x, type, tableOffsets(x.shape, tables), fill)];
}

/** Padding (onnx/docs/Operators.md, Pad). */
export const PAD: readonly Operator[] = [
  {
    op: "Pad",
    inputs: [1, 4],
    attributes: { mode: "string", pads: "ints", value: "float" },
    infer: inferPad,
    interpret: interpretPad,
  },
];
