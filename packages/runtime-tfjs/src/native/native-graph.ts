import type { Tensor } from "@tensorflow/tfjs-core";
import { type GraphNode, producerOf, type WeightDType } from "@samoyed/tfjs-file";
import { GROUPED_CONV } from "../grouped-op.ts";
import { fusedSteps } from "./fused-steps.ts";
import { OPERATORS } from "./operators.ts";
import {
  type Attribute,
  attributeOfJson,
  type NativeNode,
  shapeAttribute,
  tensorAttribute,
  typeAttribute,
} from "./saved-model.ts";

/** A graph for TensorFlow itself, and the placeholders for its inputs and weights. */
export interface NativeGraph {
  readonly nodes: readonly NativeNode[];
  /** Placeholders for the values of inputs and weights, by node name. */
  readonly placeholders: ReadonlyMap<string, string>;
}

/** Names that TensorFlow accepts for nodes (tensorflow 2.21, `core/graph/tensor_id.h`); a comma would end one in the binding. */
const NODE_NAME = /^[A-Za-z\d.][\w.\\/>-]*$/u;

const OPEN_IMAGE = [-1, -1, -1, -1];

/**
 * Rewrites a graph of TensorFlow.js for TensorFlow itself, which then runs it as a whole: it computes bias, sum and Relu
 * with the convolution before them.
 *
 * - Integers become constants: sizes, axes and paddings must be known. Other weights are fed at each run, so that they
 *   are not copied into the graph. Fed values have unknown shapes, but fusing needs them: they are asserted
 *   after each placeholder.
 * - A convolution fused by TensorFlow.js is split again: the fused operator is internal to TensorFlow, not for files.
 * - Grouped convolutions are not fused, which another assertion ensures: without oneDNN, TensorFlow fuses them too and then cannot
 *   compute them ("Fused conv implementation does not support grouped convolutions for now").
 *
 * @returns the reason if a node's operator is not in `OPERATORS` or lacks what they need.
 */
export function nativeGraph(
  nodes: readonly GraphNode[],
  tensors: Readonly<Record<string, Tensor>>,
): NativeGraph | { readonly declined: string } {
  const taken = new Set(nodes.map(({ name }) => name));
  const types = new Map<string, WeightDType>();
  const placeholders = new Map<string, string>();
  const result: NativeNode[] = [];
  const fresh = (name: string): string => {
    let free = name;
    while (taken.has(free)) free += "_";
    taken.add(free);
    return free;
  };
  const feed = (name: string, dtype: WeightDType, sizes: readonly number[]): void => {
    const placeholder = fresh(`${name}/feed`);
    const attr = { dtype: typeAttribute(dtype), shape: shapeAttribute(sizes) };
    result.push({ name: placeholder, op: "Placeholder", input: [], attr });
    result.push(assertion(name, placeholder, { dtype, sizes }));
    placeholders.set(name, placeholder);
    types.set(name, dtype);
  };
  const add = (node: GraphNode): string | undefined => {
    const native = nativeNode(node, types);
    if (typeof native === "string") return native;
    result.push(native.node);
    types.set(node.name, native.dtype);
    return undefined;
  };
  for (const node of nodes) {
    const { name, op } = node;
    let reason: string | undefined;
    if (!NODE_NAME.test(name)) reason = "its name";
    else if (op === "Const") {
      const tensor = tensors[name];
      if (tensor === undefined) reason = "it has no weight";
      else if (tensor.dtype === "float32") feed(name, tensor.dtype, tensor.shape);
      else {
        const dtype = tensor.dtype as WeightDType;
        result.push({ name, op, input: [], attr: constantAttributes(tensor, dtype) });
        types.set(name, dtype);
      }
    } else if (op === "Placeholder") {
      const port = placeholderOf(node);
      if (port === undefined) reason = "its type or shape";
      else feed(name, port.dtype, port.sizes);
    } else if (op === GROUPED_CONV) {
      const alone = fresh(`${name}/grouped`);
      reason = add({ ...node, name: alone, op: "Conv2D" });
      result.push(assertion(name, alone, { dtype: "float32", sizes: OPEN_IMAGE }));
      types.set(name, "float32");
    } else {
      const steps = fusedSteps(node, fresh);
      if (steps === undefined) reason = "what is fused with it";
      else for (const step of steps) reason ??= add(step);
    }
    if (reason !== undefined) return { declined: `the node ${JSON.stringify(name)} (${op}): ${reason}` };
  }
  return { nodes: result, placeholders };
}

/** Makes a node that passes its input on and asserts its shape. */
function assertion(
  name: string,
  input: string,
  { dtype, sizes }: { readonly dtype: WeightDType; readonly sizes: readonly number[] },
): NativeNode {
  return { name, op: "EnsureShape", input: [input], attr: { T: typeAttribute(dtype), shape: shapeAttribute(sizes) } };
}

function constantAttributes(tensor: Tensor, dtype: WeightDType): NativeNode["attr"] {
  return { dtype: typeAttribute(dtype), value: tensorAttribute(dtype, tensor.shape, tensor.dataSync()) };
}

const TYPES: ReadonlyMap<unknown, WeightDType> = new Map([
  ["DT_FLOAT", "float32"],
  ["DT_INT32", "int32"],
  ["DT_BOOL", "bool"],
]);

function placeholderOf({
  attr,
}: GraphNode): { readonly dtype: WeightDType; readonly sizes: readonly number[] } | undefined {
  const dtype = TYPES.get((attr?.["dtype"] as { type?: unknown } | undefined)?.type);
  const dims = (attr?.["shape"] as { shape?: { dim?: unknown } } | undefined)?.shape?.dim;
  if (dtype === undefined || !Array.isArray(dims)) return undefined;
  const sizes = dims.map((dim: { size?: unknown } | undefined) => Number(dim?.size ?? 0));
  return sizes.every((size) => Number.isSafeInteger(size) && size >= -1) ? { dtype, sizes } : undefined;
}

/** Converts a node, with the types that its operator needs, or returns the reason why it cannot. */
function nativeNode(
  { name, op, input = [], attr = {} }: GraphNode,
  types: ReadonlyMap<string, WeightDType>,
): { readonly node: NativeNode; readonly dtype: WeightDType } | string {
  const operator = OPERATORS.get(op);
  if (operator === undefined) return "not an operator of native graphs";
  const values = input.filter((ref) => !ref.startsWith("^"));
  const result: Record<string, Attribute> = {};
  let dtype: WeightDType | undefined;
  for (const [key, place] of Object.entries(operator.types)) {
    // Nodes are in topological order, except in files of other writers.
    const type = types.get(producerOf(values.at(place) ?? ""));
    if (type === undefined) return `the type of its input ${place}`;
    result[key] = typeAttribute(type);
    dtype ??= type;
  }
  for (const key of operator.attributes) {
    if (!Object.hasOwn(attr, key)) continue;
    const value = attributeOfJson(attr[key]);
    if (value === undefined) return `its attribute ${key}`;
    result[key] = value;
  }
  return { node: { name, op, input, attr: result }, dtype: dtype! };
}
