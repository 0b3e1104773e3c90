import { InternalError, type LazyTensor } from "@samoyed/core";
import type { Attribute, Graph, Node } from "@samoyed/ir";
import { encodeBase64 } from "./encode-base64.ts";
import type { StoredAttribute, StoredGraph, StoredInput, StoredNode, StoredTensor } from "./stored-graph.ts";

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

async function storeTensor(tensor: LazyTensor): Promise<StoredTensor> {
  return [tensor.dtype, tensor.shape, encodeBase64(await tensor.read())];
}

async function storeAttribute(attribute: Attribute): Promise<StoredAttribute> {
  return attribute.type === "tensor" ? { type: "tensor", value: await storeTensor(attribute.value) } : attribute;
}

async function storeAttributes(attributes: Node["attributes"]): Promise<Record<string, StoredAttribute>> {
  const names = Object.keys(attributes).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await storeAttribute(attributes[name]!)] as const)),
  );
}

/**
 * Stores graphs of one input as one, without the weights of `weights`, the names of a state dict. What several of them
 * compute alike is stored once.
 *
 * @param outputs the name of each graph's outputs in the stored graph, by their names in the graph.
 */
export async function encodeGraphs(
  graphs: readonly { readonly graph: Graph; readonly outputs: Readonly<Record<string, string>> }[],
  weights: readonly string[],
): Promise<StoredGraph> {
  const [{ graph: first } = { graph: undefined }] = graphs;
  if (first === undefined) throw new InternalError("no graph to store");
  const weightPlaces = new Map(weights.map((name, place) => [name, place]));
  const operators = new Table<string>();
  const attributeTable = new Table<Readonly<Record<string, StoredAttribute>>>();
  const constants = new Table<StoredTensor>();
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
      places.set(name, isWeight ? `w${name}` : `c${constants.place(await storeTensor(tensor))}`);
    }
    for (const node of graph.nodes) {
      const op = operators.place(node.op);
      const attributes = attributeTable.place(await storeAttributes(node.attributes));
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
  return {
    opset: first.opset,
    input: first.inputs[0]!.shape,
    operators: operators.entries,
    attributes: attributeTable.entries,
    constants: constants.entries,
    nodes,
    outputs,
  };
}
