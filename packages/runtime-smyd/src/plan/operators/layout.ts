import type { Shape } from "@samoyed/core";
import {
  flattenRule,
  inputType,
  type OperatorRule,
  readPermutation,
  reshapedShape,
  squeezeRule,
  transposeRule,
  unsqueezeRule,
} from "@samoyed/ir";
import { type LowerCall, type Operator, requireRank } from "../operator.ts";
import { permutedView, reshapedView } from "../views.ts";

/** Reshape where all sizes are known, as here they are: the rest of the rule is about sizes that are not. */
const plannedReshapeRule: OperatorRule = {
  inputs: [2, 2],
  attributes: { allowzero: "int" },
  infer(call) {
    const { dtype, shape } = inputType(call, 0);
    const target = call.dims(1);
    return target === undefined ? [] : [{ dtype, shape: reshapedShape(call.node, shape as Shape, target as Shape) }];
  },
  inferDims: (call) => call.dims(0),
};

/** The same memory under another shape, or a copy where its elements are not behind one another so. */
function lowerReshape({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  lowering.define(fused.output, reshapedView(input, shape) ?? { ...lowering.plain(input), shape });
}

/** A view of the same memory: what reads it copies it if it has to. */
function lowerTranspose({ fused, node, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  lowering.define(fused.output, permutedView(input, readPermutation(node, shape.length)));
}

/** Operators that move elements and compute nothing. */
export const LAYOUT: Readonly<Record<string, Operator>> = {
  Reshape: { rule: plannedReshapeRule, anyType: true, lower: lowerReshape },
  Flatten: { rule: flattenRule, anyType: true, lower: lowerReshape },
  Squeeze: { rule: squeezeRule, anyType: true, without: ["axes"], lower: lowerReshape },
  Unsqueeze: { rule: unsqueezeRule, anyType: true, without: ["axes"], lower: lowerReshape },
  Transpose: { rule: transposeRule, anyType: true, require: requireRank, lower: lowerTranspose },
};
