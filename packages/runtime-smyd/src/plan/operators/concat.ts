import type { Shape } from "@samoyed/core";
import { concatRule } from "@samoyed/ir";
import { stridedCopy } from "../copy-steps.ts";
import { type LowerCall, type Operator, requireRank, shapeOf } from "../operator.ts";
import { axisOf, partOf } from "../parts.ts";
import { type Place, viewOf } from "../places.ts";

/** The layout of what is put together: images stay pixels. */
function layoutOf(shape: Shape, inputs: readonly Place[]): Place["layout"] {
  const images = shape.length >= 2 && shape.length <= 4 && inputs.some(({ layout }) => layout === "pixels");
  return images ? "pixels" : "plain";
}

function lowerConcat({ fused, node, shape, lowering }: LowerCall): void {
  const axis = axisOf({ node }, shape.length, 1);
  const parts = fused.inputs.map((name) => lowering.place(name));
  const output = lowering.create(fused.output, shape, layoutOf(shape, parts));
  lowering.give(fused.output, {
    reads: parts,
    writes: output,
    emit: () => {
      let start = 0;
      return parts.map((part) => {
        const length = part.shape[axis]!;
        const to = partOf(output, new Map([[axis, { start, step: 1, length }]]));
        start += length;
        return stridedCopy(viewOf(part), viewOf(to), part.shape);
      });
    },
  });
}

/** Putting values together along an axis. */
export const CONCAT: Readonly<Record<string, Operator>> = {
  Concat: {
    rule: concatRule,
    anyType: true,
    require: requireRank,
    keepsImages: (call) => axisOf(call, shapeOf(call, 0).length, 1) !== 0 && !call.batched.includes(false),
    lower: lowerConcat,
  },
};
