import { quote } from "@samoyed/core";
import { readFloat, readString } from "@samoyed/ir";
import { unsupported } from "./unsupported.ts";
import type { Activation } from "./steps.ts";
import { readScalarInput } from "./constants.ts";
import type { PlanModel, PlanNode } from "./model.ts";

type Read = (node: PlanNode, model: PlanModel) => Activation;

function clip(node: PlanNode, model: PlanModel): Activation {
  const { opset } = model.graph;
  // The bounds are attributes before opset 11.
  const bound = (index: 1 | 2, name: string): number | undefined =>
    opset < 11 ? readFloat(node, name, Number.NaN) : readScalarInput(model, node, index);
  const given = [bound(1, "min"), bound(2, "max")];
  const [min, max] = given.map((value) => (value === undefined || Number.isNaN(value) ? undefined : value));
  return { kind: "clip", min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY };
}

function gelu(node: PlanNode): Activation {
  const approximate = readString(node, "approximate", "none");
  if (approximate !== "none") throw unsupported(node, `is approximated by ${quote(approximate)}`);
  return { kind: "gelu" };
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
  ["HardSwish", () => ({ kind: "hard-swish" })],
  ["Tanh", () => ({ kind: "tanh" })],
  ["Erf", () => ({ kind: "erf" })],
  ["Gelu", gelu],
]);

/** What a node applies to every element of its first input; `undefined` where it does something else. */
export function activationOf(node: PlanNode, model: PlanModel): Activation | undefined {
  return ACTIVATIONS.get(node.op)?.(node, model);
}
