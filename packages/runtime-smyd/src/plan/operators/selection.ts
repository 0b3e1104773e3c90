import { INDEXING, normalizeAxis, readInt, REDUCTION, softmaxRule } from "@samoyed/ir";
import { isInteger } from "../integers.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { axisOf } from "../parts.ts";
import type { Place } from "../places.ts";
import type { RowOperator, RowStep } from "../row-step.ts";
import { giveRows, lowerRows, type RowRequest } from "../row-steps.ts";
import { unsupported } from "../unsupported.ts";

/** An operator along one axis, which its result has too, of size `size`. */
function lowerAlong(
  call: LowerCall,
  name: string,
  {
    axis,
    size,
    ...options
  }: { readonly axis: number; readonly size: number } & Pick<RowStep, "operator" | "reverse" | "exclusive" | "top">,
): Place {
  const { fused, lowering } = call;
  const integers = isInteger(call.dtypeOf(fused.inputs[0]!));
  const request: RowRequest = { axes: [axis], sizes: [size], step: () => ({ ...options, integers }) };
  return lowerRows(lowering, lowering.place(name), request);
}

function arg(name: string, operator: RowOperator): Operator {
  return {
    rule: REDUCTION[name]!,
    anyType: true,
    require: requireRank,
    lower(call) {
      const { fused, node } = call;
      const axis = axisOf(call, call.shapeOf(fused.inputs[0]!).length, 0);
      const reverse = readInt(node, "select_last_index", 0) !== 0;
      giveRows(call, lowerAlong(call, fused.inputs[0]!, { axis, size: 1, operator, reverse }));
    },
  };
}

function lowerHardmax(call: LowerCall): void {
  const { fused, shape } = call;
  const axis = axisOf(call, shape.length, -1);
  giveRows(call, lowerAlong(call, fused.inputs[0]!, { axis, size: shape[axis]!, operator: "hard-max" }));
}

/** The axis of a running sum, its second input. */
function sumAxis({ node, dims }: Pick<ShapeCall, "node" | "dims">, rank: number): number | undefined {
  const axis = dims(1)?.[0];
  return axis === undefined ? undefined : normalizeAxis(node, axis, rank);
}

function lowerCumSum(call: LowerCall): void {
  const { fused, node, shape } = call;
  const axis = sumAxis(call, shape.length);
  if (axis === undefined) throw unsupported(node, "computes its axis");
  const reverse = readInt(node, "reverse", 0) !== 0;
  const exclusive = readInt(node, "exclusive", 0) !== 0;
  const size = shape[axis]!;
  giveRows(call, lowerAlong(call, fused.inputs[0]!, { axis, size, operator: "running-sum", reverse, exclusive }));
}

function lowerTopK(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const axis = axisOf(call, shape.length, -1);
  const reverse = readInt(node, "largest", 1) === 0;
  for (const [index, operator] of (["top-values", "top-places"] as const).entries()) {
    const name = node.outputs[index] ?? "";
    if (name === "") continue;
    const size = shape[axis]!;
    lowering.define(name, lowerAlong(call, fused.inputs[0]!, { axis, size, operator, reverse, top: size }));
  }
}

function alongAnother(fallback: number): NonNullable<Operator["keepsImages"]> {
  return (call) => axisOf(call, shapeOf(call, 0).length, fallback) !== 0;
}

/** Operators along one axis that find elements, or add up all that come before. */
export const SELECTION: Readonly<Record<string, Operator>> = {
  ArgMax: arg("ArgMax", "arg-max"),
  ArgMin: arg("ArgMin", "arg-min"),
  Hardmax: { rule: softmaxRule, require: requireRank, keepsImages: alongAnother(-1), lower: lowerHardmax },
  CumSum: {
    rule: INDEXING["CumSum"]!,
    anyType: true,
    require: requireRank,
    keepsImages: (call) => sumAxis(call, shapeOf(call, 0).length) !== 0,
    lower: lowerCumSum,
  },
  TopK: {
    rule: INDEXING["TopK"]!,
    anyType: true,
    severalOutputs: true,
    require: requireRank,
    keepsImages: alongAnother(-1),
    lower: lowerTopK,
  },
};
