import { int, ints, readInt, readInts } from "@samoyed/ir";
import { frontAxis, knownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * ReduceLogSumExp(x) = m + log Σ exp(x − m)   with m = max x, so that nothing overflows
 *
 * m is clipped to the finite numbers: all −∞ then give log 0 = −∞, and +∞ gives +∞, where ∞ − ∞ would be NaN.
 */

const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/** Spells ReduceLogSumExp by ReduceMax and ReduceSum. */
export const logSumExp: NodeRule = {
  name: "logSumExp",
  ops: ["ReduceLogSumExp"],
  into: ["ReduceMax", "Clip", "Sub", "Exp", "ReduceSum", "Log", "Add", "Squeeze"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const dtype = floatType(node, emit.view) as keyof typeof LARGEST;
    const rank = knownInput(node, emit.view).shape.length;
    const given = readInts(node, "axes") ?? [];
    const axes =
      given.length > 0 ? given.map((axis) => frontAxis(axis, rank)) : Array.from({ length: rank }, (_, axis) => axis);
    const bounds = [-LARGEST[dtype], LARGEST[dtype]].map((value) => emit.scalar(value, dtype));
    const largest = emit.node("Clip", [emit.node("ReduceMax", [x], { axes: ints(axes) }), ...bounds]);
    const terms = emit.node("Exp", [emit.node("Sub", [x, largest])]);
    const axesInput = axes.length === 0 ? [] : [emit.ints(axes)];
    const log = emit.node("Log", [emit.node("ReduceSum", [terms, ...axesInput], { keepdims: int(1) })]);
    if (readInt(node, "keepdims", 1) !== 0 || axes.length === 0) emit.result("Add", [log, largest]);
    else emit.result("Squeeze", [emit.node("Add", [log, largest]), ...axesInput]);
  },
};
