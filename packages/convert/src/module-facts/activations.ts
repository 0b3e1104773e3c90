import type { ModuleFacts } from "@samoyed/checkpoint";
import { type Node, readFloat } from "@samoyed/ir";

/** The operator that shows each activation in a graph, by the name of its class. */
const OPERATORS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ReLU", ["Relu"]],
  ["ReLU6", ["Clip"]],
  ["LeakyReLU", ["LeakyRelu"]],
  ["PReLU", ["PRelu"]],
  ["ELU", ["Elu"]],
  ["SELU", ["Selu"]],
  ["CELU", ["Celu"]],
  ["SiLU", ["Sigmoid"]],
  ["Swish", ["Sigmoid"]],
  ["GELU", ["Erf", "Gelu", "Tanh"]],
  ["GELUTanh", ["Tanh", "Gelu"]],
  ["QuickGELU", ["Sigmoid"]],
  ["Hardswish", ["HardSigmoid", "HardSwish", "Clip"]],
  ["HardSwish", ["HardSigmoid", "HardSwish", "Clip"]],
  ["Mish", ["Softplus", "Mish"]],
  ["Softplus", ["Softplus"]],
]);

/** The last part of a class's name. */
export function shortClass({ class: name }: ModuleFacts): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Whether a class is an activation that is not also a gate: sigmoids are everywhere. */
export function isActivation(facts: ModuleFacts): boolean {
  return OPERATORS.has(shortClass(facts));
}

/**
 * Compares an activation module with the nodes of its path.
 *
 * @param nodes at least one; the last is named by the path.
 */
export function activationProblem(path: string, facts: ModuleFacts, nodes: readonly Node[]): string | undefined {
  const name = shortClass(facts);
  const operators = OPERATORS.get(name);
  if (operators === undefined || !nodes.some(({ op }) => operators.includes(op))) {
    return `${path} is a ${facts.class}; the network has ${nodes.map(({ op }) => op).join(", ")} there`;
  }
  const slope = facts.settings.get("negative_slope");
  const leaky = nodes.find(({ op }) => op === "LeakyRelu");
  const alpha = leaky && readFloat(leaky, "alpha", 0.01);
  return leaky !== undefined && typeof slope === "number" && Math.fround(slope) !== alpha
    ? `${path} has negative_slope ${slope}; the network has ${alpha}`
    : undefined;
}

/** Compares the kinds of activations in a module with a network whose nodes have other names. */
export function activationKindsProblem(modules: readonly ModuleFacts[], nodes: readonly Node[]): string | undefined {
  const operators = new Set(nodes.map(({ op }) => op));
  const classes = new Set(modules.filter(isActivation).map(shortClass));
  const absent = [...classes].find((name) => !OPERATORS.get(name)!.some((op) => operators.has(op)));
  if (absent !== undefined) return `it has activations of the class ${absent}, which the network does not have`;
  return operators.has("Relu") && classes.size > 0 && !classes.has("ReLU")
    ? `its activations are of the class ${[...classes].join(", ")}; the network has Relu`
    : undefined;
}
