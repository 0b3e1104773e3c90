import { CANONICAL_OPSET, readReducedAxes, REDUCTION as RULES } from "@samoyed/ir";
import { isInteger } from "../integers.ts";
import { meanSteps } from "../mean-steps.ts";
import { type LowerCall, type Operator, requireRank } from "../operator.ts";
import type { Place } from "../places.ts";
import { giveRows, lowerRows } from "../row-steps.ts";
import { unsupported } from "../unsupported.ts";

type Reduction = "sum" | "mean" | "max" | "min" | "product";

/** Whether the axes are height and width of images, whose channels a mean takes four at a time. */
function isSpatial({ layout, shape }: Place, axes: readonly number[]): boolean {
  return layout === "pixels" && axes.length === shape.length - 2 && axes.every((axis) => axis >= 2);
}

function lowerMean(lowering: LowerCall["lowering"], input: Place, sizes: readonly number[]): Place {
  const output = lowering.temporary([...input.shape.slice(0, 2), ...sizes], "pixels");
  lowering.push({ reads: [input], writes: output, emit: () => meanSteps(input, output) });
  return output;
}

function lowerReduce(call: LowerCall, operator: Reduction): void {
  const { fused, node, lowering } = call;
  const input = lowering.place(fused.inputs[0]!);
  const inputs = node.inputs.map((name) => (name === "" ? undefined : name));
  const found = readReducedAxes({ node, opset: CANONICAL_OPSET, inputs }, input.shape.length, call.dims);
  if (found === undefined) throw unsupported(node, "computes its axes");
  const axes = [...found].sort((a, b) => a - b);
  if (axes.length === 0) return giveRows(call, input);
  const integers = isInteger(call.dtypeOf(fused.inputs[0]!));
  const sizes = axes.map(() => 1);
  const result =
    operator === "mean" && !integers && isSpatial(input, axes)
      ? lowerMean(lowering, input, sizes)
      : lowerRows(lowering, input, { axes, sizes, step: () => ({ operator, integers }) });
  giveRows(call, result);
}

function reduce(name: string, operator: Reduction): Operator {
  return { rule: RULES[name]!, anyType: true, require: requireRank, lower: (call) => lowerReduce(call, operator) };
}

/** Reductions over axes. */
export const REDUCTION: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce("ReduceSum", "sum"),
  ReduceMean: reduce("ReduceMean", "mean"),
  ReduceMax: reduce("ReduceMax", "max"),
  ReduceMin: reduce("ReduceMin", "min"),
  ReduceProd: reduce("ReduceProd", "product"),
};
