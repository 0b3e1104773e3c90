import type { Attribute, Graph, Node } from "@samoyed/ir";
import { attentionHeads } from "./naming/with-settings.ts";

/** How often each value of a setting occurs, by setting, in the order of the graph: what two graphs are compared by. */
export type GraphProfile = readonly (readonly [
  setting: string,
  values: readonly (readonly [value: string, times: number])[],
])[];

type Counts = Map<string, Map<string, number>>;

const ACTIVATIONS: Readonly<Record<string, string>> = {
  Clip: "clip",
  Elu: "ELU",
  Erf: "GELU",
  HardSigmoid: "hard sigmoid",
  LeakyRelu: "leaky ReLU",
  PRelu: "PReLU",
  Relu: "ReLU",
  Selu: "SELU",
  Sigmoid: "sigmoid",
  Softplus: "softplus",
  Tanh: "tanh",
};
const POOLINGS: ReadonlySet<string> = new Set([
  "AveragePool",
  "GlobalAveragePool",
  "GlobalMaxPool",
  "MaxPool",
  "ReduceMax",
  "ReduceMean",
]);
/** Attributes of windows, and the settings that they are. */
const WINDOW: readonly (readonly [attribute: string, setting: string])[] = [
  ["pads", "padding"],
  ["strides", "strides"],
  ["dilations", "dilations"],
];
function text(attribute: Attribute): string {
  if (attribute.type === "float") return String(Number(attribute.value.toPrecision(6)));
  if (attribute.type === "ints") return [...attribute.value].join(" ");
  return attribute.type === "int" || attribute.type === "string" ? String(attribute.value) : attribute.type;
}

function count(profile: Counts, setting: string, value: string): void {
  const values = profile.get(setting) ?? new Map<string, number>();
  values.set(value, (values.get(value) ?? 0) + 1);
  profile.set(setting, values);
}

function countNode(profile: Counts, { op, attributes }: Node): void {
  const activation = ACTIVATIONS[op];
  if (activation !== undefined) count(profile, "activation", activation);
  else if (op === "Pad")
    count(profile, "padding", `before a layer, ${attributes["mode"] ? text(attributes["mode"]) : "constant"}`);
  else if (POOLINGS.has(op)) {
    const kernel = attributes["kernel_shape"];
    count(profile, "pooling", kernel === undefined ? op : `${op} ${text(kernel)}`);
  } else count(profile, "operators", op);
  if (attributes["epsilon"] !== undefined) count(profile, "epsilon", text(attributes["epsilon"]));
  if (op !== "Conv" && op !== "ConvTranspose") return;
  for (const [name, setting] of WINDOW) {
    if (attributes[name] !== undefined) count(profile, setting, text(attributes[name]));
  }
  if (attributes["auto_pad"] !== undefined) count(profile, "padding", "by the size");
}

/** The profile of a graph. */
export function profileOf(graph: Graph): GraphProfile {
  const profile: Counts = new Map();
  for (const node of graph.nodes) countNode(profile, node);
  for (const heads of attentionHeads(graph)) count(profile, "heads of attention", String(heads));
  const sides = graph.inputs[0]?.shape.slice(2) ?? [];
  count(profile, "input size", sides.every((side) => typeof side === "number") ? sides.join("×") : "open");
  return [...profile].map(([setting, values]) => [setting, [...values]]);
}
