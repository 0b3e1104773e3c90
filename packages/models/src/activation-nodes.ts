import { type Attribute, float, type Node } from "@samoyed/ir";

/** Makes a node whose value has its name. */
export function namedNode(
  op: string,
  inputs: readonly string[],
  name: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return { name, op, inputs, outputs: [name], attributes };
}

/** The nodes of an activation of the value `x`; the last one has the name. `constant` adds a number to the graph. */
type Make = (x: string, name: string, constant: (value: number) => string) => readonly Node[];

const gated =
  (op: string, attributes: Readonly<Record<string, Attribute>> = {}): Make =>
  (x, name) => [namedNode(op, [x], `${name}.gate`, attributes), namedNode("Mul", [x, `${name}.gate`], name)];

/** An activation that can be put in the place of another. */
export type ActivationName = "relu" | "relu6" | "silu" | "gelu" | "tanh" | "leaky_relu" | "hard_swish" | "elu" | "none";

/** How each is built, with PyTorch's defaults. */
export const ACTIVATION_NODES: Readonly<Record<ActivationName, Make>> = {
  relu: (x, name) => [namedNode("Relu", [x], name)],
  relu6: (x, name, constant) => [namedNode("Clip", [x, constant(0), constant(6)], name)],
  silu: gated("Sigmoid"),
  // x / 2 · (1 + erf(x / √2)); the operator Gelu came with opset 20.
  gelu: (x, name, constant) => [
    namedNode("Mul", [x, constant(Math.SQRT1_2)], `${name}.scale`),
    namedNode("Erf", [`${name}.scale`], `${name}.erf`),
    namedNode("Add", [`${name}.erf`, constant(1)], `${name}.gate`),
    namedNode("Mul", [x, constant(0.5)], `${name}.half`),
    namedNode("Mul", [`${name}.half`, `${name}.gate`], name),
  ],
  tanh: (x, name) => [namedNode("Tanh", [x], name)],
  leaky_relu: (x, name) => [namedNode("LeakyRelu", [x], name, { alpha: float(0.01) })],
  hard_swish: gated("HardSigmoid", { alpha: float(1 / 6), beta: float(0.5) }),
  elu: (x, name) => [namedNode("Elu", [x], name, { alpha: float(1) })],
  none: () => [],
};

/** Whether a text names one. */
export function isActivationName(text: string): text is ActivationName {
  return Object.hasOwn(ACTIVATION_NODES, text);
}

/** By the names of PyTorch's classes. */
export const ACTIVATION_CLASSES: ReadonlyMap<string, ActivationName> = new Map([
  ["ReLU", "relu"],
  ["ReLU6", "relu6"],
  ["SiLU", "silu"],
  ["GELU", "gelu"],
  ["Tanh", "tanh"],
  ["LeakyReLU", "leaky_relu"],
  ["Hardswish", "hard_swish"],
  ["ELU", "elu"],
]);
