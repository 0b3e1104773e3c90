import { formatShape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { sizesDiffer } from "../compare-dims.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inputError,
  inputType,
  MANY,
  opaqueDim,
  type OperatorRule,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

/** Reads `axis`, which is required since opset 4 and defaults to 1 before. */
function inferConcat(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const first = inputType(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 1), first.shape.length);
  const shape: Dim[] = [...first.shape];
  for (const index of call.inputs.keys()) {
    const type = inputType(call, index);
    if (type.shape.length !== shape.length) {
      throw inputError(call, index, `${shape.length} axes, as input 0 has`);
    }
    for (const [position, size] of type.shape.entries()) {
      const expected = shape[position]!;
      if (position === axis) continue;
      if (typeof expected === "string") shape[position] = size;
      else if (sizesDiffer(size, expected)) {
        throw nodeShapeError(
          call.node,
          `${describeInput(call, index)} has size ${size} on axis ${position}; expected ${expected}`,
        );
      }
    }
  }
  const sizes = [...call.inputs.keys()].map((index) => inputType(call, index).shape[axis]!);
  shape[axis] = call.sizes.add(sizes) ?? opaqueDim(call, axis);
  return [{ dtype: first.dtype, shape }];
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

/** Rule of Concat. */
export const concatRule: OperatorRule = {
  inputs: [1, MANY],
  attributes: { axis: "int" },
  infer: inferConcat,
  inferDims: concatDims,
};

/** Rule of Split. */
export const splitRule: OperatorRule = {
  inputs: [1, 2],
  outputs: [1, MANY],
  attributes: { axis: "int", num_outputs: "int", split: "ints" },
  infer: inferSplit,
};

/** Joining and splitting along an axis (onnx/docs/Operators.md, Concat and Split). */
export const CONCAT: RuleTable = { Concat: concatRule, Split: splitRule };
