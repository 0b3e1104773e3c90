import { CANONICAL_OPSET, readSoftmaxAxis, softmaxRule } from "@samoyed/ir";
import { countElements } from "../limits.ts";
import { type LowerCall, type Operator, requireRank, shapeOf } from "../operator.ts";

function lowerSoftmax({ fused, node, shape, lowering }: LowerCall, kind: "softmax" | "log-softmax"): void {
  const axis = readSoftmaxAxis({ node, opset: CANONICAL_OPSET }, shape.length);
  const input = lowering.place(fused.inputs[0]!);
  // One axis that is not the last has to become it, and to go back.
  const moves = axis < shape.length - 1;
  const axes = [...shape.keys()];
  const perm = moves ? [...axes.filter((own) => own !== axis), axis] : axes;
  const moved = perm.map((own) => shape[own]!);
  const source = moves ? lowering.temporary(moved, "plain") : lowering.plain(input);
  if (moves) lowering.permute(input, source, perm);
  const result = lowering.temporary(moved, "plain");
  const count = moved.at(-1)!;
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
    rule: softmaxRule,
    require: requireRank,
    keepsImages: (call) => readSoftmaxAxis(call, shapeOf(call, 0).length) > 0,
    lower: (call) => lowerSoftmax(call, kind),
  };
}

/** Softmax and its logarithm. */
export const SOFTMAX: Readonly<Record<string, Operator>> = {
  Softmax: softmax("softmax"),
  LogSoftmax: softmax("log-softmax"),
};
