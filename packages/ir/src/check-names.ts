import { FormatError, quote } from "@samoyed/core";
import { describeNode } from "./node-errors.ts";
import type { Node } from "./types.ts";

/** Names in a graph: of its inputs, outputs and initializers, and of the values that its nodes read and assign. */
export interface GraphNames {
  readonly name: string;
  readonly inputs: readonly { readonly name: string }[];
  readonly outputs: readonly { readonly name: string }[];
  /** Names of the initializers. */
  readonly initializers: Iterable<string>;
  readonly nodes: readonly Pick<Node, "name" | "op" | "inputs" | "outputs">[];
}

/** Makes the error for inconsistent names, so that a reader can name the file. */
export type NameError = (message: string, details?: Readonly<Record<string, string>>) => FormatError;

/**
 * Requires a graph's names to be consistent: every value is assigned once and before it is used, every node has a unique
 * name, and every output is assigned and listed once.
 *
 * @returns the values that nodes or the graph's outputs use.
 * @throws FormatError, made by `fail`, naming the value and the node.
 */
export function checkNames(graph: GraphNames, fail: NameError = nameError): ReadonlySet<string> {
  const assigned = new Map<string, string>();
  const assign = (name: string, by: string): void => {
    const earlier = assigned.get(name);
    if (earlier !== undefined) {
      throw fail(`value ${quote(name)} is assigned twice: by ${earlier} and by ${by}`, { value: name });
    }
    if (name === "") throw fail(`${by} has an empty name`);
    assigned.set(name, by);
  };
  for (const { name } of graph.inputs) assign(name, `graph input ${quote(name)}`);
  for (const name of graph.initializers) assign(name, `initializer ${quote(name)}`);

  const used = new Set<string>();
  const nodes = new Set<string>();
  for (const node of graph.nodes) {
    if (node.name === "" || nodes.has(node.name)) {
      throw fail(`two nodes are named ${quote(node.name)}; expected every node to have a unique name`);
    }
    nodes.add(node.name);
    for (const name of node.inputs) {
      if (name === "") continue;
      if (!assigned.has(name)) {
        throw fail(`${describeNode(node)} uses value ${quote(name)}${whyUnassigned(graph, name)}`, {
          node: node.name,
          value: name,
        });
      }
      used.add(name);
    }
    for (const name of node.outputs) if (name !== "") assign(name, describeNode(node));
  }

  const outputs = new Set<string>();
  for (const { name } of graph.outputs) {
    if (!assigned.has(name)) throw fail(`graph output ${quote(name)} is assigned by nothing`);
    if (outputs.has(name)) throw fail(`graph output ${quote(name)} is listed twice`);
    outputs.add(name);
    used.add(name);
  }
  if (outputs.size === 0) throw fail(`graph ${quote(graph.name)} has no outputs`);
  return used;
}

function whyUnassigned({ nodes }: GraphNames, name: string): string {
  return nodes.some(({ outputs }) => outputs.includes(name))
    ? " before it is assigned: the nodes are not in topological order"
    : ", which nothing assigns";
}

function nameError(message: string, details?: Readonly<Record<string, string>>): FormatError {
  return new FormatError(message, details && { details });
}
