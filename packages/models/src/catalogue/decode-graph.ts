import { castLazy, type LazyTensor, lazyTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import type { Attribute, Dim, Graph } from "@samoyed/ir";
import type { StoredAttribute, StoredGraph } from "./stored-graph.ts";
import { readStored } from "./stored-tensors.ts";

/** Options of `decodeGraph`. */
export interface DecodeOptions {
  /** The graph's name. */
  readonly name: string;
  /** The bytes of the tensors that the stored graph has. */
  readonly data: Uint8Array;
  /** The state dict's names, in the order in which the graph refers to them. */
  readonly names: readonly string[];
  /** The state dict. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** The image input's shape. */
  readonly input: readonly Dim[];
  /** The outputs: their names in the stored graph, and in the new one. */
  readonly outputs: readonly (readonly [stored: string, name: string])[];
}

function readStoredAttribute(data: Uint8Array, attribute: StoredAttribute): Attribute {
  if (attribute.type !== "tensor") return attribute;
  return { type: "tensor", value: lazyTensor("value", readStored(data, attribute.value)) };
}

/** The nodes that outputs need, by their index. */
function neededNodes(stored: StoredGraph, outputs: Iterable<number>): ReadonlySet<number> {
  const producers: number[] = [-1];
  for (const [index, [, , , count = 1]] of stored.nodes.entries()) {
    for (let output = 0; output < count; output++) producers.push(index);
  }
  const starts = new Map<number, number>();
  for (const [value, producer] of producers.entries()) if (!starts.has(producer)) starts.set(producer, value);
  const needed = new Set<number>();
  const pending = [...outputs];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const producer = producers[value]!;
    if (producer < 0 || needed.has(producer)) continue;
    needed.add(producer);
    for (const input of stored.nodes[producer]![2]) {
      if (typeof input === "number") pending.push(starts.get(producer)! - input);
    }
  }
  return needed;
}

/** A module's path from the name of one of its tensors: `layer1.0.conv1` of `layer1.0.conv1.weight`. */
function modulePath(tensor: string): string {
  return tensor.slice(0, Math.max(0, tensor.lastIndexOf("."))) || tensor;
}

/**
 * Builds a stored graph with the weights of a checkpoint, as far as the outputs need it. Nodes with weights are named by
 * PyTorch's module paths.
 *
 * @throws FormatError, ShapeError when the tensors or the input do not fit the graph.
 */
export function decodeGraph(stored: StoredGraph, options: DecodeOptions): Graph {
  const { name, data, names, tensors, input, outputs } = options;
  const builder = createBuilder({ name, opset: stored.opset });
  const values: string[] = [builder.input("input", "float32", input)];
  // Of several outputs that are one value, the first is it, and the others copy it.
  const wanted = new Map(outputs.toReversed().map(([from, to]) => [stored.outputs[from]!, to]));
  const needed = neededNodes(stored, wanted.keys());
  const used = new Set<string>(["input", ...names, ...outputs.map(([, to]) => to)]);
  const fresh = (base: string): string => {
    let candidate = base;
    for (let count = 2; used.has(candidate); count++) candidate = `${base}_${count}`;
    used.add(candidate);
    return candidate;
  };
  const weights = new Map<string, LazyTensor>();
  const weight = (tensor: string): string => {
    const given = tensors.get(tensor)!;
    // Tables of indices are integers, and stay so.
    const cast = weights.get(tensor) ?? (/^(?:u?int|bool)/u.test(given.dtype) ? given : castLazy(given, "float32"));
    weights.set(tensor, cast);
    return builder.initializer(cast);
  };
  const constants = new Map<string, string>();
  const constant = (key: `c${number}`): string => {
    const known = constants.get(key);
    if (known !== undefined) return known;
    const added = builder.initializer(
      lazyTensor(fresh(`constant_${key.slice(1)}`), readStored(data, stored.constants[Number(key.slice(1))]!)),
    );
    constants.set(key, added);
    return added;
  };
  let lastWeight = -1;
  for (const [index, [op, attributes, inputs, count = 1]] of stored.nodes.entries()) {
    const start = values.length;
    const operator = stored.operators[op]!;
    let path: string | undefined;
    const named: string[] = [];
    for (const stored of inputs) {
      if (stored === null) named.push("");
      else if (typeof stored === "number") named.push(values[start - stored]!);
      else if (typeof stored === "string") named.push(needed.has(index) ? constant(stored) : "");
      else {
        lastWeight += stored[0];
        path ??= modulePath(names[lastWeight]!);
        named.push(needed.has(index) ? weight(names[lastWeight]!) : "");
      }
    }
    if (!needed.has(index)) {
      for (let output = 0; output < count; output++) values.push("");
      continue;
    }
    const nodeName = fresh(path ?? operator);
    const outputNames = Array.from({ length: count }, (_, output) => {
      const asked = wanted.get(start + output);
      return asked ?? (output === 0 ? nodeName : fresh(`${nodeName}_${output}`));
    });
    builder.node(operator, named, {
      name: nodeName,
      attributes: Object.fromEntries(
        Object.entries(stored.attributes[attributes]!).map(([key, value]) => [key, readStoredAttribute(data, value)]),
      ),
      outputs: outputNames,
    });
    values.push(...outputNames);
  }
  for (const [from, output] of outputs) {
    const value = values[stored.outputs[from]!]!;
    if (value !== output) builder.node("Identity", [value], { name: fresh(`${output}.copy`), outputs: [output] });
    builder.output(output);
  }
  return builder.finish();
}
