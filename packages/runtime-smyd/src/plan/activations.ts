import { readFloat } from "@samoyed/ir";
import type { Activation } from "./steps.ts";
import { scalarOf } from "./constants.ts";
import type { PlanModel, PlanNode } from "./model.ts";

type Read = (node: PlanNode, model: PlanModel) => Activation | undefined;

/** Constant bounds; computed ones, and integers, are no activation. */
function clip({ inputs }: PlanNode, model: PlanModel): Activation | undefined {
  const given = [1, 2].map((index) => inputs[index] ?? "");
  const bounds = given.map((name) => scalarOf(model, model.graph.initializers.get(name)));
  if (given.some((name, index) => name !== "" && bounds[index] === undefined)) return undefined;
  const [min, max] = bounds.map((value) => (Number.isNaN(value) ? undefined : value));
  return { kind: "clip", min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY };
}

/** Operators that are an activation; the kernels know each. */
const ACTIVATIONS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["Relu", () => ({ kind: "relu" })],
  ["Clip", clip],
  ["LeakyRelu", (node) => ({ kind: "leaky-relu", slope: readFloat(node, "alpha", 0.01) })],
  ["Elu", (node) => ({ kind: "elu", slope: readFloat(node, "alpha", 1) })],
  ["Softplus", () => ({ kind: "softplus" })],
  ["Sigmoid", () => ({ kind: "sigmoid" })],
  [
    "HardSigmoid",
    (node) => ({
      kind: "hard-sigmoid",
      slope: readFloat(node, "alpha", 0.2),
      offset: readFloat(node, "beta", 0.5),
    }),
  ],
  ["Tanh", () => ({ kind: "tanh" })],
  ["Erf", () => ({ kind: "erf" })],
]);

/** The activation that a node applies to every element of its first input; `undefined` where it does something else. */
export function activationOf(node: PlanNode, model: PlanModel): Activation | undefined {
  return ACTIVATIONS.get(node.op)?.(node, model);
}
