import { formatShape } from "@samoyed/core";
import { type AxisPadding, CANONICAL_OPSET, padRule, padSources, readPadding, readPadMode } from "@samoyed/ir";
import { scalarOf } from "../constants.ts";
import { giveGathered } from "../gathered.ts";
import type { PlanModel, PlanNode } from "../model.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { unsupported } from "../unsupported.ts";

function paddingOf(node: PlanNode, dims: LowerCall["dims"], rank: number): AxisPadding {
  const inputs = node.inputs.map((name) => (name === "" ? undefined : name));
  const padding = readPadding({ node, opset: CANONICAL_OPSET, inputs }, rank, dims);
  if (padding === undefined) throw unsupported(node, "computes its pads");
  return padding;
}

function requirePad(call: ShapeCall): void {
  requireRank(call);
  readPadMode(call.node);
}

/**
 * The float32 that fills the border, input 2; `undefined` where it is omitted.
 *
 * @throws UnsupportedError when it is computed, or no float32 scalar.
 */
function readFill(model: PlanModel, node: PlanNode): number | undefined {
  const name = node.inputs[2] ?? "";
  if (name === "") return undefined;
  const weight = model.graph.initializers.get(name);
  if (weight === undefined) throw unsupported(node, "computes its input 2; only a constant is planned");
  const value = scalarOf(model, weight);
  if (value === undefined) {
    throw unsupported(node, `has ${weight.storage} ${formatShape(weight.shape)} as input 2; one float32 is planned`);
  }
  return value;
}

function lowerPad(call: LowerCall): void {
  const { fused, node, shape, lowering, shapeOf } = call;
  const from = shapeOf(fused.inputs[0]!);
  const padding = paddingOf(node, call.dims, from.length);
  const fill = readFill(lowering.model, node) ?? 0;
  giveGathered(call, { indices: padSources(node, padding, { from, to: shape }), fill });
}

/** Padding and cropping. */
export const PAD: Readonly<Record<string, Operator>> = {
  Pad: {
    rule: padRule,
    without: ["pads", "value"],
    require: requirePad,
    keepsImages: (call) => {
      const { begin, end } = paddingOf(call.node, call.dims, shapeOf(call, 0).length);
      return begin[0] === 0 && end[0] === 0;
    },
    lower: lowerPad,
  },
};
