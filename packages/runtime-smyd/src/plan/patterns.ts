import { sameShape } from "@samoyed/core";
import { readFloat } from "@samoyed/ir";
import type { PlanNode } from "./model.ts";
import type { Activation } from "./steps.ts";
import { scalarOf } from "./constants.ts";
import type { Uses } from "./uses.ts";

/** An activation that a network spells out in several nodes. */
export interface Pattern {
  readonly input: string;
  readonly activation: Activation;
  /** The nodes that lead to the last one; no other node needs their values. */
  readonly inner: readonly PlanNode[];
}

/** The activation that ends in a node, if one does. */
export function findPattern(node: PlanNode, uses: Uses): Pattern | undefined {
  if (node.op !== "Mul") return undefined;
  const found = bothWays(node, (a, b) => {
    return silu(a, b, uses) ?? hardSwish(a, b, uses) ?? mish(a, b, uses) ?? gelu(a, b, uses) ?? geluTanh(a, b, uses);
  });
  if (found === undefined) return undefined;
  return sameShape(uses.shapeOf(found.input), uses.shapeOf(node.outputs[0]!)) ? found : undefined;
}

/** A commutative node's operands in one order, and then in the other. */
function bothWays<T>({ inputs }: PlanNode, match: (a: string, b: string) => T | undefined): T | undefined {
  return match(inputs[0]!, inputs[1]!) ?? match(inputs[1]!, inputs[0]!);
}

/** x · Sigmoid(x). */
function silu(x: string, gate: string, uses: Uses): Pattern | undefined {
  const sigmoid = uses.innerMaker(gate, "Sigmoid");
  if (sigmoid === undefined || sigmoid.inputs[0] !== x) return undefined;
  return { input: x, activation: { kind: "silu" }, inner: [sigmoid] };
}

/** x · HardSigmoid(x, 1/6, ½), which is HardSwish in the canonical form. */
function hardSwish(x: string, gate: string, uses: Uses): Pattern | undefined {
  const sigmoid = uses.innerMaker(gate, "HardSigmoid");
  if (sigmoid === undefined || sigmoid.inputs[0] !== x) return undefined;
  const isSwish = readFloat(sigmoid, "alpha", 0.2) === Math.fround(1 / 6) && readFloat(sigmoid, "beta", 0.5) === 0.5;
  return isSwish ? { input: x, activation: { kind: "hard-swish" }, inner: [sigmoid] } : undefined;
}

/** (x · ½) · (Erf(x · √½) + 1), PyTorch's exact GELU. */
function gelu(half: string, gate: string, uses: Uses): Pattern | undefined {
  const halved = withScalar(half, { op: "Mul", scalar: 0.5 }, uses);
  const added = withScalar(gate, { op: "Add", scalar: 1 }, uses);
  const erf = added && uses.innerMaker(added.other, "Erf");
  const scaled = erf && withScalar(erf.inputs[0]!, { op: "Mul", scalar: Math.SQRT1_2 }, uses);
  if (!halved || !added || !erf || !scaled || halved.other !== scaled.other) return undefined;
  return {
    input: halved.other,
    activation: { kind: "gelu" },
    inner: [halved.node, added.node, erf, scaled.node],
  };
}

/** x · Tanh(Softplus(x)). */
function mish(x: string, gate: string, uses: Uses): Pattern | undefined {
  const tanh = uses.innerMaker(gate, "Tanh");
  const softplus = tanh && uses.innerMaker(tanh.inputs[0]!, "Softplus");
  if (!tanh || !softplus || softplus.inputs[0] !== x) return undefined;
  return { input: x, activation: { kind: "mish" }, inner: [tanh, softplus] };
}

/** (x · ½) · (Tanh(√(2/π) · (x + 0.044715 · (x · x · x))) + 1), PyTorch's approximate GELU. */
function geluTanh(half: string, gate: string, uses: Uses): Pattern | undefined {
  const halved = withScalar(half, { op: "Mul", scalar: 0.5 }, uses);
  const added = withScalar(gate, { op: "Add", scalar: 1 }, uses);
  const tanh = added && uses.innerMaker(added.other, "Tanh");
  const scaled = tanh && withScalar(tanh.inputs[0]!, { op: "Mul", scalar: Math.sqrt(2 / Math.PI) }, uses);
  const sum = scaled && uses.innerMaker(scaled.other, "Add");
  if (!halved || !added || !tanh || !scaled || !sum) return undefined;
  const x = halved.other;
  const term = withScalar(otherThan(sum, x), { op: "Mul", scalar: 0.044715 }, uses);
  const cube = term && uses.innerMaker(term.other, "Mul");
  const square = cube && uses.innerMaker(otherThan(cube, x), "Mul");
  if (!term || !cube || !square || square.inputs.some((name) => name !== x)) return undefined;
  return {
    input: x,
    activation: { kind: "gelu-tanh" },
    inner: [halved.node, added.node, tanh, scaled.node, sum, term.node, cube, square],
  };
}

/** The operand of a node beside `name`; no name where neither is. */
function otherThan({ inputs }: PlanNode, name: string): string {
  return inputs.includes(name) ? (inputs.find((other) => other !== name) ?? "") : "";
}

/** A value that is another one combined with a float32 scalar, and what the other one is. */
function withScalar(
  name: string,
  { op, scalar }: { readonly op: string; readonly scalar: number },
  uses: Uses,
): { readonly node: PlanNode; readonly other: string } | undefined {
  const node = uses.innerMaker(name, op);
  const other =
    node &&
    bothWays(node, (a, b) =>
      scalarOf(uses.model, uses.model.graph.initializers.get(b)) === Math.fround(scalar) ? a : undefined,
    );
  return node && other !== undefined ? { node, other } : undefined;
}
