import type { ModuleFacts, ModuleSetting } from "@samoyed/checkpoint";
import { MismatchError } from "@samoyed/core";
import { type Graph, type Node, readFloat, readInt, readInts } from "@samoyed/ir";
import { activationKindsProblem, activationProblem, shortClass } from "./activations.ts";
import type { NetworkFacts } from "./facts-of.ts";

/** Most differences in an error. */
const SHOWN = 10;

/** A window's setting in PyTorch, and the attribute that has it in the graph. */
const CONV_SETTINGS = [
  ["stride", "strides"],
  ["dilation", "dilations"],
  ["padding", "pads"],
] as const;
const POOL_SETTINGS = [
  ["kernel_size", "kernel_shape"],
  ["stride", "strides"],
  ["padding", "pads"],
] as const;

/**
 * Compares a network with what the module that its tensors come from says: strides, dilations, paddings, groups, epsilons
 * of norms, windows of pooling, classes of activations. Tensors show none of them.
 *
 * @param graph as built, before any rewrite: its nodes and weights have the names of modules.
 * @throws MismatchError with the first ten differences.
 */
export function checkModuleFacts(graph: Graph, { class: name, modules }: NetworkFacts): void {
  const byName = nodesByModule(graph);
  const problems: string[] = [];
  for (const node of graph.nodes) {
    const facts = modules.get(weightOwner(node) ?? "");
    if (facts !== undefined) problems.push(...layerProblems(node, facts));
  }
  let namedActivations = 0;
  for (const [path, facts] of modules) {
    const nodes = byName.get(path) ?? [];
    const last = nodes.find((node) => node.name === path);
    if (isPool(facts)) problems.push(...poolProblems(path, facts, last));
    if (last === undefined || !mayBeActivation(last, nodes)) continue;
    namedActivations++;
    const problem = activationProblem(path, facts, nodes);
    if (problem !== undefined) problems.push(problem);
  }
  if (namedActivations === 0) {
    const problem = activationKindsProblem([...modules.values()], graph.nodes);
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length === 0) return;
  const rest = problems.length - SHOWN;
  throw new MismatchError(
    `the tensors are those of ${graph.name}, but the ${name} in the checkpoint computes something else: ` +
      `${problems.slice(0, SHOWN).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`,
    {
      hint: "If timm has this network under another name, give it with --model; else export it with torch.export, and convert the .pt2 file.",
      details: { class: name, problems: problems.slice(0, SHOWN) },
    },
  );
}

/** The module whose weight a node uses: `layer1.0.conv1` of `layer1.0.conv1.weight`. */
function weightOwner({ op, inputs }: Node): string | undefined {
  const [, weight] = inputs;
  return ["Conv", "BatchNormalization", "LayerNormalization"].includes(op) && weight?.endsWith(".weight") === true
    ? weight.slice(0, -".weight".length)
    : undefined;
}

/** The nodes of each module: those with its path as name, or below it. */
function nodesByModule({ nodes }: Graph): ReadonlyMap<string, readonly Node[]> {
  const found = new Map<string, Node[]>();
  for (const node of nodes) {
    const parent = node.name.slice(0, Math.max(0, node.name.lastIndexOf(".")));
    for (const path of new Set([node.name, parent])) {
      const list = found.get(path);
      if (list === undefined) found.set(path, [node]);
      else list.push(node);
    }
  }
  return found;
}

const ACTIVATION_OPERATORS = new Set(["Relu", "LeakyRelu", "Clip", "Elu", "HardSwish", "Gelu"]);

/** Whether a module's last node is an activation: an operator of its own, or a product with a gate that has no weights. */
function mayBeActivation(last: Node, nodes: readonly Node[]): boolean {
  if (ACTIVATION_OPERATORS.has(last.op)) return true;
  return nodes.some(({ name }) => name === `${last.name}.gate`) && !nodes.some(({ op }) => op === "Conv");
}

function layerProblems(node: Node, { settings }: ModuleFacts): readonly string[] {
  const problems: string[] = [];
  const compare = (setting: string, own: number | readonly number[]): void => {
    const said = settings.get(setting);
    if (said !== undefined && !isSame(said, own)) {
      problems.push(`${node.name} has ${setting} ${textOf(said)}; the network has ${textOf(own)}`);
    }
  };
  if (node.op !== "Conv") {
    const said = settings.get("eps");
    const own = readFloat(node, "epsilon", 1e-5);
    if (typeof said === "number" && Math.fround(said) !== own) {
      problems.push(`${node.name} has eps ${said}; the network has ${Number(own.toPrecision(6))}`);
    }
    return problems;
  }
  compare("groups", readInt(node, "group", 1));
  for (const [setting, attribute] of CONV_SETTINGS) {
    const own = readInts(node, attribute);
    if (own !== undefined) compare(setting, own);
  }
  return problems;
}

function isPool(facts: ModuleFacts): boolean {
  return shortClass(facts) === "MaxPool2d" || shortClass(facts) === "AvgPool2d" || shortClass(facts) === "Identity";
}

/** A pooling module, or one that was taken out, and the node of its name; without a node, it may be in another place. */
function poolProblems(path: string, facts: ModuleFacts, node: Node | undefined): readonly string[] {
  if (node === undefined || !/^(?:Max|Average)Pool$/.test(node.op)) return [];
  const kind = shortClass(facts);
  if (kind !== (node.op === "MaxPool" ? "MaxPool2d" : "AvgPool2d")) {
    return [`${path} is a ${facts.class}; the network has ${node.op} there`];
  }
  return POOL_SETTINGS.flatMap(([setting, attribute]) => {
    const said = facts.settings.get(setting);
    const own = readInts(node, attribute);
    return said === undefined || said === null || own === undefined || isSame(said, own)
      ? []
      : [`${path} has ${setting} ${textOf(said)}; the network has ${textOf(own)}`];
  });
}

/** Whether numbers are equal, where one may stand for several, and a padding for both of its sides; words say nothing. */
function isSame(said: ModuleSetting, own: number | readonly number[]): boolean {
  const wanted = typeof said === "number" ? [said] : said;
  const given = typeof own === "number" ? [own] : own;
  if (!Array.isArray(wanted) || wanted.length === 0) return true;
  return given.every((value, axis) => value === wanted[axis % wanted.length]);
}

function textOf(value: ModuleSetting | number | readonly number[]): string {
  const items = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return [...new Set(items.map(String))].join(" × ");
}
