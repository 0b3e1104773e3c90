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
import { type Place, viewOf } from "../places.ts";

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

/** The same memory under another shape. */
function lowerReshape({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.plain(lowering.place(fused.inputs[0]!));
  lowering.define(fused.output, { ...input, shape });
}

/** The same memory as a value of permuted axes, where one of the layouts has them so: [N, C, H, W] as [N, H, W, C]. */
function relabelled(input: Place, shape: Shape, perm: readonly number[]): Place | undefined {
  if (input.border > 0) return undefined;
  const { strides } = viewOf(input);
  const layouts = shape.length === 3 || shape.length === 4 ? (["pixels", "plain"] as const) : (["plain"] as const);
  return layouts
    .map((layout): Place => ({ ...input, layout, shape }))
    .find((place) =>
      viewOf(place).strides.every((stride, axis) => shape[axis] === 1 || stride === strides[perm[axis]!]),
    );
}

function lowerTranspose({ fused, node, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const perm = readPermutation(node, shape.length);
  const same = relabelled(input, shape, perm);
  if (same !== undefined) return lowering.define(fused.output, same);
  const output = lowering.create(fused.output, shape, shape.length === 4 ? "pixels" : "plain");
  lowering.permute(input, output, perm);
  lowering.define(fused.output, output);
}

/** Operators that move elements and compute nothing. */
export const LAYOUT: Readonly<Record<string, Operator>> = {
  Reshape: { rule: plannedReshapeRule, anyType: true, lower: lowerReshape },
  Flatten: { rule: flattenRule, anyType: true, lower: lowerReshape },
  Squeeze: { rule: squeezeRule, anyType: true, without: ["axes"], lower: lowerReshape },
  Unsqueeze: { rule: unsqueezeRule, anyType: true, without: ["axes"], lower: lowerReshape },
  Transpose: { rule: transposeRule, anyType: true, require: requireRank, lower: lowerTranspose },
};
