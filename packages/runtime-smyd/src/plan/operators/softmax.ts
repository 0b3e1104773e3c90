import type { Shape } from "@samoyed/core";
import { countElements, MAX_RANK } from "../limits.ts";
import { normalizeAxis, readInt, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import type { SmydNode } from "@samoyed/smyd-file";

/** Since opset 13 one axis, the last by default; before, all axes from `axis` (1 by default) on, seen as one. */
function firstAxis(node: SmydNode, { opset, rank }: { readonly opset: number; readonly rank: number }): number {
  const axis = readInt(node, "axis", opset >= 13 ? -1 : 1);
  return opset < 13 && axis === rank ? rank : normalizeAxis(node, axis, rank);
}

function softmaxShape(call: ShapeCall): Shape {
  const { node, model } = call;
  const x = shapeOf(call, 0);
  if (x.length > MAX_RANK) throw unsupported(node, `has an input of ${x.length} axes; up to ${MAX_RANK} are planned`);
  firstAxis(node, { opset: model.graph.opset, rank: x.length });
  return x;
}

function lowerSoftmax({ fused, node, shape, lowering }: LowerCall, kind: "softmax" | "log-softmax"): void {
  const { opset } = lowering.model.graph;
  const axis = firstAxis(node, { opset, rank: shape.length });
  const input = lowering.place(fused.inputs[0]!);
  // One axis that is not the last has to become it, and to go back.
  const moves = opset >= 13 && axis < shape.length - 1;
  const axes = [...shape.keys()];
  const perm = moves ? [...axes.filter((own) => own !== axis), axis] : axes;
  const moved = perm.map((own) => shape[own]!);
  const source = moves ? lowering.temporary(moved, "plain") : lowering.plain(input);
  if (moves) lowering.permute(input, source, perm);
  const result = lowering.temporary(moved, "plain");
  const count = countElements(moved.slice(moves ? -1 : axis), "a row");
  const rows = countElements(shape, "a value") / count;
  lowering.push({
    reads: [source],
    writes: result,
    emit: () => [{ kind, input: source.buffer.address, output: result.buffer.address, rows, count }],
  });
  if (!moves) {
    lowering.define(fused.output, result);
    return;
  }
  const output = lowering.create(fused.output, shape, shape.length === 4 ? "pixels" : "plain");
  const back = axes.map((own) => perm.indexOf(own));
  lowering.permute(result, output, back);
  lowering.define(fused.output, output);
}

function softmax(kind: "softmax" | "log-softmax"): Operator {
  return {
    inputs: [1, 1],
    attributes: ["axis"],
    shape: softmaxShape,
    keepsImages: (call) => firstAxis(call.node, { opset: call.model.graph.opset, rank: shapeOf(call, 0).length }) > 0,
    lower: (call) => lowerSoftmax(call, kind),
  };
}

/** Softmax and its logarithm. */
export const SOFTMAX: Readonly<Record<string, Operator>> = {
  Softmax: softmax("softmax"),
  LogSoftmax: softmax("log-softmax"),
};
