import { int, ints, type Node, readActivations, readDirections, readInt } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { coarseInput } from "../decompositions/floats.ts";
import { knownInput } from "../known-shape.ts";
import type { Emit, NodeRule } from "../rule.ts";
import { gruSteps, lstmSteps, rnnSteps, type State, type StepParts, type Steps } from "./recurrent-steps.ts";
import { directionWeights } from "./recurrent-weights.ts";

/*
 * A sequence of known length, written out. What does not depend on the state is one product over the whole sequence,
 * cut into steps:
 *
 *   LSTM, GRU, RNN(x [T, N, I]) = step t of each direction from x · Wᵀ + biases [T, N, gates · H] and the last state
 *
 * A state that is not given is zero, so that the first step needs neither its product nor the batch's size.
 */

/** Longest sequence that is written out: converting two GRU of 1,000 steps to TensorFlow.js takes 17 seconds. */
const MAX_STEPS = 1024;

const STEPS: Readonly<Record<string, (parts: StepParts) => Steps>> = { GRU: gruSteps, LSTM: lstmSteps, RNN: rnnSteps };

/** Those that are operators of their own. */
const ACTIVATIONS: ReadonlySet<string> = new Set(["Relu", "Sigmoid", "Tanh"]);

const isBatchFirst = (node: Node): boolean => readInt(node, "layout", 0) === 1;

function check(node: Node, view: GraphView): string | undefined {
  const coarse = coarseInput(node, view);
  if (coarse !== undefined) return coarse;
  const steps = knownInput(node, view).shape[isBatchFirst(node) ? 1 : 0]!;
  if (typeof steps === "string") return "its sequence is of open length";
  if (steps < 1 || steps > MAX_STEPS) return `its sequence has ${steps} steps; 1 to ${MAX_STEPS} are written out`;
  if ("clip" in node.attributes) return "it clips its gates";
  if (readInt(node, "input_forget", 0) !== 0) return "it couples two of its gates";
  const other = readActivations(node)
    .flat()
    .find((name) => !ACTIVATIONS.has(name));
  if (other !== undefined) return `its activation ${other} is no operator`;
  if ((node.inputs[4] ?? "") !== "") return "its sequences have lengths of their own";
  if ((node.inputs[7] ?? "") !== "") return "it has peepholes";
  const computed = node.inputs.slice(1, 4).find((name) => name !== "" && view.initializer(name) === undefined);
  return computed === undefined ? undefined : `its weight "${computed}" is computed`;
}

/** Direction `at` of an initial state, [1, N, H]. */
function initialState(node: Node, input: number, emit: Emit): (at: number) => string | undefined {
  const given = node.inputs[input] ?? "";
  if (given === "") return () => undefined;
  const state = isBatchFirst(node) ? emit.node("Transpose", [given], { perm: ints([1, 0, 2]) }) : given;
  const count = readDirections(node).length;
  if (count === 1) return () => state;
  const parts = emit.nodes("Split", [state, emit.ints([1, 1])], { attributes: { axis: int(0) }, count });
  return (at) => parts[at];
}

function concat(emit: Emit, values: readonly string[], axis: number): string {
  return values.length === 1 ? values[0]! : emit.node("Concat", values, { axis: int(axis) });
}

/** Spells recurrent networks by the steps of their sequence. */
export const recurrent: NodeRule = {
  name: "recurrent",
  ops: Object.keys(STEPS),
  into: ["Add", "Concat", "MatMul", "Mul", "Relu", "Sigmoid", "Split", "Sub", "Tanh", "Transpose", "Unsqueeze"],
  check,
  expand(node, emit) {
    const batchFirst = isBatchFirst(node);
    const { shape } = knownInput(node, emit.view);
    const steps = shape[batchFirst ? 1 : 0] as number;
    const size = emit.view.initializer(node.inputs[2]!)!.shape[2]!;
    const x = batchFirst ? emit.node("Transpose", [node.inputs[0]!], { perm: ints([1, 0, 2]) }) : node.inputs[0]!;
    const [hidden, cell] = [initialState(node, 5, emit), initialState(node, 6, emit)];
    const sequences: string[] = [];
    const last: State[] = [];
    for (const [at, reverse] of readDirections(node).entries()) {
      const { gates, step } = STEPS[node.op]!({ node, at, size, weights: directionWeights(node, at, emit), emit });
      const all = gates(x);
      const sizes = emit.ints(Array.from({ length: steps }, () => 1));
      const parts =
        steps === 1 ? [all] : emit.nodes("Split", [all, sizes], { attributes: { axis: int(0) }, count: steps });
      let state: State = { hidden: hidden(at), cell: cell(at) };
      const values: string[] = Array.from({ length: steps });
      for (let count = 0; count < steps; count++) {
        const time = reverse ? steps - 1 - count : count;
        const next = step(parts[time]!, state);
        values[time] = next.hidden;
        state = next;
      }
      last.push(state);
      sequences.push(emit.node("Unsqueeze", [concat(emit, values, 0), emit.ints([1])]));
    }
    // [T, directions, N, H]
    emit.output(0, "Transpose", [concat(emit, sequences, 1)], { perm: ints(batchFirst ? [2, 0, 1, 3] : [0, 1, 2, 3]) });
    const perm = ints(batchFirst ? [1, 0, 2] : [0, 1, 2]);
    for (const [index, part] of (["hidden", "cell"] as const).entries()) {
      const parts = last.flatMap((state) => state[part] ?? []);
      if (parts.length > 0) emit.output(index + 1, "Transpose", [concat(emit, parts, 0)], { perm });
    }
  },
};
