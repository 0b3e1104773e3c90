import type { Attribute, Graph, Node } from "@samoyed/ir";
import { attentionHeads } from "./naming/with-settings.ts";

/** A setting in which two graphs of the same tensors differ, and what each has. */
export interface GraphDifference {
  /** Such as `activation`, `epsilon`, `padding`, `pooling`. */
  readonly setting: string;
  readonly values: readonly [first: string, second: string];
}

/** How often each value of a setting occurs, by setting. */
type Profile = Map<string, Map<string, number>>;

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
/** Most values of a setting in a message. */
const SHOWN = 3;

function text(attribute: Attribute): string {
  if (attribute.type === "float") return String(Number(attribute.value.toPrecision(6)));
  if (attribute.type === "ints") return [...attribute.value].join(" ");
  return attribute.type === "int" || attribute.type === "string" ? String(attribute.value) : attribute.type;
}

function count(profile: Profile, setting: string, value: string): void {
  const values = profile.get(setting) ?? new Map<string, number>();
  values.set(value, (values.get(value) ?? 0) + 1);
  profile.set(setting, values);
}

function countNode(profile: Profile, { op, attributes }: Node): void {
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
}

function profileOf(graph: Graph): Profile {
  const profile: Profile = new Map();
  for (const node of graph.nodes) countNode(profile, node);
  for (const heads of attentionHeads(graph)) count(profile, "heads of attention", String(heads));
  const sides = graph.inputs[0]?.shape.slice(2) ?? [];
  count(profile, "input size", sides.every((side) => typeof side === "number") ? sides.join("×") : "open");
  return profile;
}

/** The values that are more frequent in one profile than in the other. */
function surplus(own: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): string {
  const more = [...own].filter(([value, times]) => times > (other.get(value) ?? 0));
  const shown = more.slice(0, SHOWN).map(([value, times]) => {
    const extra = times - (other.get(value) ?? 0);
    return extra === 1 ? value : `${value} (${extra})`;
  });
  return [...shown, ...(more.length > SHOWN ? ["…"] : [])].join(", ") || "none";
}

/**
 * What two graphs of the same tensors compute otherwise, as far as their operators and attributes tell; other operators are
 * a difference only where nothing else is.
 */
export function graphDifferences(first: Graph, second: Graph): readonly GraphDifference[] {
  const [a, b] = [profileOf(first), profileOf(second)];
  const none = new Map<string, number>();
  const differences = [...new Set([...a.keys(), ...b.keys()])].flatMap((setting): GraphDifference[] => {
    const [own, other] = [a.get(setting) ?? none, b.get(setting) ?? none];
    const values = [surplus(own, other), surplus(other, own)] as const;
    return values[0] === values[1] ? [] : [{ setting, values }];
  });
  const named = differences.filter(({ setting }) => setting !== "operators");
  return named.length > 0 ? named : differences;
}
