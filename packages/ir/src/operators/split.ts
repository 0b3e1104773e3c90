import { formatShape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inputType,
  MANY,
  type OperatorRule,
  type RuleTable,
} from "./rule.ts";

/** Reads the sizes of the parts: an attribute before opset 13, then an input; without either, the parts are as equal as possible. */
function inferSplit(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), x.shape.length);
  const count = call.node.outputs.length;
  const size = x.shape[axis]!;
  const fromInput = call.opset >= 13 && call.inputs[1] !== undefined;
  const given = fromInput ? constantInts(call, 1) : readInts(call.node, "split");
  if (given === undefined && fromInput) return call.node.outputs.map(() => undefined);
  const parts = given ?? equalParts(call, size, count);
  const total = call.sizes.add(parts);
  if (
    parts.length !== count ||
    parts.some((part) => typeof part === "number" && part < 0) ||
    (typeof size === "number" && total !== size)
  ) {
    throw nodeShapeError(
      call.node,
      `split ${formatShape(parts)} does not divide ${describeInput(call, 0)} into ${count} parts`,
    );
  }
  return parts.map((part) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, position) => (position === axis ? part : dim)),
  }));
}

/** Since opset 18 the last part may be smaller; before, the parts are equal. */
function equalParts(call: InferCall, size: Dim, count: number): readonly Dim[] {
  const parts = readInt(call.node, "num_outputs", count);
  if (parts !== count)
    throw nodeShapeError(call.node, `attribute "num_outputs" is ${parts}; the node has ${count} outputs`);
  if (typeof size === "string") return call.node.outputs.map((name) => `${name}.part`);
  const part = Math.ceil(size / count);
  if (call.opset < 18 && part * count !== size) {
    throw nodeShapeError(call.node, `${describeInput(call, 0)} does not split into ${count} equal parts`);
  }
  return call.node.outputs.map((_, index) => Math.max(0, Math.min(part, size - index * part)));
}

/** Rule of Split. */
export const splitRule: OperatorRule = {
  inputs: [1, 2],
  outputs: [1, MANY],
  attributes: { axis: "int", num_outputs: "int", split: "ints" },
  infer: inferSplit,
};

/** Splitting along an axis (onnx/docs/Operators.md, Split). */
export const SPLIT: RuleTable = { Split: splitRule };
