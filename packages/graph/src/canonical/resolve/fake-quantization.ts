import { elementCount } from "@samoyed/core";
import { knownTensor, type Node, numbers, QUANTIZED_RANGES } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * A value that is quantized and dequantized again is rounded to a grid, which needs no integers:
 *
 *   DequantizeLinear(QuantizeLinear(x, s, z), s, z) = Clip(Round(x / s), least − z, most − z) · s
 *
 * Each step gives the same float32 number: the quotient is rounded to float32 in QuantizeLinear too, and integers below
 * 2^17 and their differences are exact.
 */

/** The number of a constant of one element. */
function constantOf(name: string, view: GraphView): number | undefined {
  const lazy = view.initializer(name);
  const tensor = lazy && knownTensor(lazy);
  return tensor !== undefined && elementCount(tensor.shape) === 1 ? numbers(tensor)[0]! : undefined;
}

interface Grid {
  readonly x: string;
  readonly scale: number;
  readonly least: number;
  readonly most: number;
}

const zeroOf = ({ inputs }: Node, view: GraphView): number | undefined =>
  (inputs[2] ?? "") === "" ? 0 : constantOf(inputs[2]!, view);

function gridOf(node: Node, view: GraphView): Grid | string {
  const quantizer = view.producer(node.inputs[0]!)!;
  const [x, name] = quantizer.inputs as [string, string];
  const scale = constantOf(name, view);
  const zero = zeroOf(quantizer, view);
  if (scale === undefined || zero === undefined) return "its scale and zero point are not one constant each";
  if (constantOf(node.inputs[1]!, view) !== scale || zeroOf(node, view) !== zero) {
    return "it does not have the scale and zero point of the QuantizeLinear before it";
  }
  const dtypes = [x, node.outputs[0]!].map((value) => view.type(value)?.dtype);
  if (dtypes.some((dtype) => dtype !== "float32")) return `it works on ${dtypes.join(" and ")}`;
  const range = QUANTIZED_RANGES.get(view.type(node.inputs[0]!)!.dtype)!;
  return { x, scale, least: range[0] - zero, most: range[1] - zero };
}

/** Spells the rounding to a grid without integers. */
export const fakeQuantization: NodeRule = {
  name: "fakeQuantization",
  ops: ["DequantizeLinear"],
  applies: (node, view) => view.producer(node.inputs[0]!)?.op === "QuantizeLinear",
  check(node, view) {
    const grid = gridOf(node, view);
    return typeof grid === "string" ? grid : undefined;
  },
  expand(node, emit) {
    const { x, scale, least, most } = gridOf(node, emit.view) as Grid;
    const constant = (value: number): string => emit.scalar(value, "float32");
    const rounded = emit.node("Round", [emit.node("Div", [x, constant(scale)])]);
    const clipped = emit.node("Clip", [rounded, constant(least), constant(most)]);
    emit.result("Mul", [clipped, constant(scale)]);
  },
};
