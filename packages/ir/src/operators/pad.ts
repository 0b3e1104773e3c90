import { formatShape } from "@samoyed/core";
import { readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inputType,
  opaqueDim,
  type OperatorRule,
  type RuleTable,
} from "./rule.ts";

/** Largest padding on one side: the range of a 32-bit index. */
const MAX_PAD = 2 ** 31 - 1;

/** Elements added (or, if negative, removed) before and after each axis. */
export interface AxisPadding {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/**
 * Reads a Pad node's padding per axis, which is an attribute before opset 11 and an input since, and may name its axes
 * since 18; `undefined` if an input is not known.
 *
 * @throws ShapeError when the number of values is wrong, FormatError when one is out of range.
 */
export function readPadding(
  call: { readonly node: Node<TypedTensor>; readonly opset: number; readonly inputs: readonly unknown[] },
  rank: number,
  list: (index: number) => readonly number[] | undefined,
): AxisPadding | undefined {
  if (call.opset >= 11 && call.inputs[1] === undefined) throw nodeFormatError(call.node, "its pads are missing");
  const pads = call.opset < 11 ? (readInts(call.node, "pads") ?? []) : list(1);
  const named = call.inputs[3] === undefined ? Array.from({ length: rank }, (_, axis) => axis) : list(3);
  if (pads === undefined || named === undefined) return undefined;
  const axes = named.map((axis) => normalizeAxis(call.node, axis, rank));
  if (pads.length !== 2 * axes.length) {
    throw nodeShapeError(call.node, `pads ${formatShape(pads)} has ${pads.length} values; expected ${2 * axes.length}`);
  }
  const begin = new Array<number>(rank).fill(0);
  const end = new Array<number>(rank).fill(0);
  for (const [index, axis] of axes.entries()) {
    begin[axis] = pads[index]!;
    end[axis] = pads[index + axes.length]!;
  }
  for (const value of [...begin, ...end]) {
    if (!Number.isInteger(value) || Math.abs(value) > MAX_PAD) {
      throw nodeFormatError(call.node, `pads ${formatShape(pads)} contains ${value}; expected at most ${MAX_PAD}`);
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
    const padded = call.sizes.floorDivide(size, { add, divide: 1, plus: 0 });
    if (typeof padded === "number" && padded < 0) {
      throw nodeShapeError(
        call.node,
        `${describeInput(call, 0)} with ${add} elements added gets size ${padded} on axis ${axis}`,
      );
    }
    return padded;
  });
  return [{ dtype: x.dtype, shape }];
}

/** Rule of Pad. */
export const padRule: OperatorRule = {
  inputs: [1, 4],
  attributes: { mode: "string", pads: "ints", value: "float" },
  infer: inferPad,
};

/** Padding (onnx/docs/Operators.md, Pad). */
export const PAD: RuleTable = { Pad: padRule };
