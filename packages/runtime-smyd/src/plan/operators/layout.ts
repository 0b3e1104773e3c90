import type { Shape } from "@samoyed/core";
import {
  flattenRule,
  inputType,
  normalizeAxis,
  type OperatorRule,
  readFlattenAxis,
  readInt,
  readPermutation,
  readSqueezeAxes,
  reshapedShape,
  squeezeRule,
  transposeRule,
  unsqueezeRule,
} from "@samoyed/ir";
import { readIntsInput } from "../constants.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";

/** Reshape where all sizes are known, as here they are: the rest of the rule is about sizes that are not. */
const plannedReshapeRule: OperatorRule = {
  inputs: [2, 2],
  attributes: { allowzero: "int" },
  infer(call) {
    const { dtype, shape } = inputType(call, 0);
    return [{ dtype, shape: reshapedShape(call.node, shape as Shape, call.dims(1) as Shape) }];
  },
};

/** Whether axis 0 goes on as it is: its size in the target is copied, or is what is left when all others are equal. */
function reshapeKeepsImages(call: ShapeCall): boolean {
  const first = readIntsInput(call.model, call.node, 1)![0];
  return first === -1 || (first === 0 && readInt(call.node, "allowzero", 0) === 0);
}

/**
 * Whether axes of Squeeze or Unsqueeze, counted among `rank`, leave axis 0 where it is. Without any, Squeeze takes it.
 */
function keepsFirstAxis(call: ShapeCall, rank: (given: number) => number): boolean {
  const axes = readSqueezeAxes(call) ?? [];
  return axes.length > 0 && axes.every((axis) => normalizeAxis(call.node, axis, rank(axes.length)) !== 0);
}

/** The same memory under another shape. */
function lowerReshape({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.plain(lowering.place(fused.inputs[0]!));
  lowering.define(fused.output, { ...input, shape });
}

function lowerTranspose({ fused, node, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, shape.length === 4 ? "pixels" : "plain");
  lowering.permute(input, output, readPermutation(node, shape.length));
  lowering.define(fused.output, output);
}

/** Operators that move elements and compute nothing. */
export const LAYOUT: Readonly<Record<string, Operator>> = {
  Reshape: { rule: plannedReshapeRule, keepsImages: reshapeKeepsImages, lower: lowerReshape },
  Flatten: {
    rule: flattenRule,
    keepsImages: (call) => readFlattenAxis(call.node, shapeOf(call, 0).length) === 1,
    lower: lowerReshape,
  },
  Squeeze: {
    rule: squeezeRule,
    without: ["axes"],
    keepsImages: (call) => keepsFirstAxis(call, () => shapeOf(call, 0).length),
    lower: lowerReshape,
  },
  Unsqueeze: {
    rule: unsqueezeRule,
    without: ["axes"],
    keepsImages: (call) => keepsFirstAxis(call, (given) => shapeOf(call, 0).length + given),
    lower: lowerReshape,
  },
  Transpose: {
    rule: transposeRule,
    require: requireRank,
    keepsImages: (call) => readPermutation(call.node, shapeOf(call, 0).length)[0] === 0,
    lower: lowerTranspose,
  },
};
