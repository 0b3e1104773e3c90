import { InternalError, type OwnedBytes } from "@samoyed/core";
import type { Graph, Node } from "@samoyed/ir";
import type { StoredAttribute, StoredGraph, StoredInput, StoredNode, StoredTensor } from "./stored-graph.ts";
import { StoredTensors } from "./stored-tensors.ts";

/** A list whose entries are distinct, by a key. */
class Table<T> {
  readonly entries: T[] = [];
  readonly #places = new Map<string, number>();

  place(entry: T, key: string = JSON.stringify(entry)): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.entries.length);
    return this.entries.push(entry) - 1;
  }
}

async function storeAttributes(
  attributes: Node["attributes"],
  tensors: StoredTensors,
): Promise<Record<string, StoredAttribute>> {
  const stored: Record<string, StoredAttribute> = {};
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name]!;
    stored[name] =
      attribute.type === "tensor" ? { type: "tensor", value: await tensors.add(attribute.value) } : attribute;
  }
  return stored;
}

/**
 * Stores graphs of one input as one, without the weights of `weights`, the names of a state dict. What several of them
 * compute alike is stored once.
 *
 * @param outputs the name of each graph's outputs in the stored graph, by their names in the graph.
 * @returns the graph, and the bytes of the tensors that it has.
 */
export async function encodeGraphs(
  graphs: readonly { readonly graph: Graph; readonly outputs: Readonly<Record<string, string>> }[],
  weights: readonly string[],
): Promise<{ readonly graph: StoredGraph; readonly data: OwnedBytes }> {
  const [{ graph: first } = { graph: undefined }] = graphs;
  if (first === undefined) throw new InternalError("no graph to store");
  const weightPlaces = new Map(weights.map((name, place) => [name, place]));
  const operators = new Table<string>();
  const attributeTable = new Table<Readonly<Record<string, StoredAttribute>>>();
  const constants = new Table<StoredTensor>();
  const tensors = new StoredTensors();
  const known = new Map<string, number>();
  const nodes: StoredNode[] = [];
  const outputs: Record<string, number> = {};
  let values = 1;
  let lastWeight = -1;

  for (const { graph, outputs: named } of graphs) {
    /** The inputs of nodes: a number for a value, `wNAME` for a weight, `c3` for a constant. */
    const places = new Map<string, number | `w${string}` | `c${number}`>([[graph.inputs[0]!.name, 0]]);
    for (const [name, tensor] of graph.initializers) {
      const isWeight = weightPlaces.has(name);
      places.set(name, isWeight ? `w${name}` : `c${constants.place(await tensors.add(tensor))}`);
    }
    for (const node of graph.nodes) {
      const op = operators.place(node.op);
      const attributes = attributeTable.place(await storeAttributes(node.attributes, tensors));
      const inputs = node.inputs.map((name) => (name === "" ? null : places.get(name)!));
      const key = JSON.stringify([op, attributes, inputs, node.outputs.length]);
      let start = known.get(key);
      if (start === undefined) {
        start = values;
        const stored = inputs.map((input): StoredInput => {
          if (typeof input === "number") return values - input;
          if (input === null || input.startsWith("c")) return input as StoredInput;
          const place = weightPlaces.get(input.slice(1))!;
          const delta = place - lastWeight;
          lastWeight = place;
          return [delta];
        });
        nodes.push(
          node.outputs.length === 1 ? [op, attributes, stored] : [op, attributes, stored, node.outputs.length],
        );
        values += node.outputs.length;
        known.set(key, start);
      }
      for (const [index, name] of node.outputs.entries()) places.set(name, start + index);
    }
    for (const [name, stored] of Object.entries(named)) outputs[stored] = places.get(name) as number;
  }
  const stored = {
    opset: first.opset,
    input: first.inputs[0]!.shape,
    operators: operators.entries,
    attributes: attributeTable.entries,
    constants: constants.entries,
    nodes,
    outputs,
  };
  return { graph: stored, data: tensors.bytes() };
}
