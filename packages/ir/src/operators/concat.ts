import { readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { sizesDiffer } from "../compare-dims.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import {
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

/** Rule of Concat. */
export const concatRule: OperatorRule = {
  inputs: [1, MANY],
  attributes: { axis: "int" },
  infer: inferConcat,
  inferDims: concatDims,
};

/** Joining along an axis (onnx/docs/Operators.md, Concat). */
export const CONCAT: RuleTable = { Concat: concatRule };
