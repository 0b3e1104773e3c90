import {
  CANONICAL_OPSET,
  INDEXING,
  normalizeAxis,
  readInt,
  readReducedAxes,
  REDUCTION as RULES,
  softmaxRule,
} from "@samoyed/ir";
import { eachImage } from "../copy-steps.ts";
import { isInteger } from "../integers.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { imageOf, type Place, viewOf } from "../places.ts";
import { lowerRows, type RowRequest } from "../row-steps.ts";
import type { RowOperator, RowStep } from "../row-step.ts";
import { unsupported } from "../unsupported.ts";

type Reduction = "sum" | "mean" | "max" | "min" | "product";

/** Gives a value the rows of another one, with the elements in ONNX's order under the node's shape. */
function giveRows({ fused, shape, lowering }: LowerCall, result: Place): void {
  lowering.define(fused.output, result.shape.join() === shape.join() ? result : { ...lowering.plain(result), shape });
}

function axisOf({ node }: Pick<ShapeCall, "node">, rank: number, fallback: number): number {
  return normalizeAxis(node, readInt(node, "axis", fallback), rank);
}

/** Whether the axes are height and width of images, whose channels a mean takes four at a time. */
function isSpatial({ layout, shape }: Place, axes: readonly number[]): boolean {
  return layout === "pixels" && axes.length === shape.length - 2 && axes.every((axis) => axis >= 2);
}

function lowerMean(lowering: LowerCall["lowering"], input: Place, sizes: readonly number[]): Place {
  const output = lowering.temporary([...input.shape.slice(0, 2), ...sizes], "pixels");
  lowering.push({
    reads: [input],
    writes: output,
    emit: () => {
      const { address, strides } = viewOf(output);
      return eachImage(input.shape, (image) => ({
        kind: "mean",
        input: imageOf(input, image),
        output: address + image * strides[0]!,
      }));
    },
  });
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
    rule: RULES[name]!,
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

/** Operators that make one element of many, or of all that come before. */
export const REDUCTION: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce("ReduceSum", "sum"),
  ReduceMean: reduce("ReduceMean", "mean"),
  ReduceMax: reduce("ReduceMax", "max"),
  ReduceMin: reduce("ReduceMin", "min"),
  ReduceProd: reduce("ReduceProd", "product"),
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
