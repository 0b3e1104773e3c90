import { readFloat } from "@samoyed/ir";
import type { Activation } from "./steps.ts";
import { readScalarInput } from "./constants.ts";
import type { PlanModel, PlanNode } from "./model.ts";

type Read = (node: PlanNode, model: PlanModel) => Activation;

function clip(node: PlanNode, model: PlanModel): Activation {
  const given = [readScalarInput(model, node, 1), readScalarInput(model, node, 2)];
  const [min, max] = given.map((value) => (value === undefined || Number.isNaN(value) ? undefined : value));
  return { kind: "clip", min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY };
}

/** Operators that are an activation; the kernels know each. */
const ACTIVATIONS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["Relu", () => ({ kind: "relu" })],
  ["Clip", clip],
  ["LeakyRelu", (node) => ({ kind: "leaky-relu", slope: readFloat(node, "alpha", 0.01) })],
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
