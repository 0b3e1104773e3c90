import {
  elementCount,
  formatShape,
  readTensor,
  sameShape,
  ShapeError,
  type Tensor,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import {
  checkShape,
  describeNode,
  type Graph,
  type InferCall,
  isKnown,
  type Node,
  ruleOf,
  SYMBOLIC_SIZES,
  tensorDims,
  type ValueInfo,
  type ValueType,
} from "@samoyed/ir";
import { INTERPRETERS } from "./interpreter/index.ts";
import type { TensorType } from "./interpreter/interpreter.ts";
import { verifyGraph } from "./verify.ts";
import { widenTensor } from "./widen-tensor.ts";

/** Every operator that `interpret` computes. */
export const INTERPRETED_OPERATORS: readonly string[] = [...INTERPRETERS.keys()].sort();

/** Most elements of one value: 1 GiB as doubles, which the interpreter computes in. */
export const MAX_INTERPRETED_ELEMENTS: number = 2 ** 27;

/** Options of `interpret`. */
export interface InterpretOptions {
  /** Names of values to return besides the outputs. */
  readonly taps?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

function checkInput(info: ValueInfo, tensor: Tensor | undefined, symbols: Map<string, number>): Tensor {
  const want = `${info.dtype}${formatShape(info.shape)}`;
  if (tensor === undefined) throw new UsageError(`input "${info.name}" is missing; expected ${want}`);
  const got = `${tensor.dtype}${formatShape(tensor.shape)}`;
  const fits =
    tensor.dtype === info.dtype &&
    tensor.shape.length === info.shape.length &&
    tensor.data.length === elementCount(tensor.shape) &&
    info.shape.every((dim, axis) => {
      const size = tensor.shape[axis]!;
      if (typeof dim === "number") return dim === size;
      const bound = symbols.get(dim) ?? size;
      symbols.set(dim, bound);
      return bound === size;
    });
  if (!fits) {
    throw new ShapeError(`input "${info.name}" is ${got} with ${tensor.data.length} elements; expected ${want}`);
  }
  return tensor;
}

/** The outputs' types, from `infer` with every input's elements at hand. */
function concreteTypes(node: Node, opset: number, inputs: readonly (Tensor | undefined)[]): readonly TensorType[] {
  const call: InferCall = {
    node,
    opset,
    inputs: inputs.map((tensor): ValueType | undefined => tensor && { dtype: tensor.dtype, shape: tensor.shape }),
    constant: (index) => inputs[index] && widenTensor(inputs[index]),
    dims: (index) => inputs[index] && tensorDims(inputs[index]),
    sizes: SYMBOLIC_SIZES,
  };
  return ruleOf(node)
    .infer(call)
    .map((type, index): TensorType => {
      const what = `${describeNode(node)}: output ${index} "${node.outputs[index]}"`;
      if (type === undefined || !isKnown(type.shape)) throw new UnsupportedError(`${what}: its shape is not known`);
      checkShape(what, type.shape);
      if (elementCount(type.shape) > MAX_INTERPRETED_ELEMENTS) {
        throw new UnsupportedError(
          `${what} has shape ${formatShape(type.shape)}; the interpreter takes at most ${MAX_INTERPRETED_ELEMENTS} elements`,
        );
      }
      return { dtype: type.dtype, shape: type.shape };
    });
}

/** Reads the tensors that a node has as attributes. */
export async function readTensorAttributes(node: Node): Promise<ReadonlyMap<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.type === "tensor") tensors.set(name, await readTensor(attribute.value));
  }
  return tensors;
}

/**
 * Computes one node. Each output has the type and shape that inference gives it, or this throws.
 *
 * @throws ShapeError, FormatError or UnsupportedError, naming the node.
 */
export function computeNode(
  node: Node,
  call: {
    readonly opset: number;
    readonly inputs: readonly (Tensor | undefined)[];
    readonly tensors: ReadonlyMap<string, Tensor>;
  },
): readonly Tensor[] {
  const outputs = concreteTypes(node, call.opset, call.inputs);
  const results = INTERPRETERS.get(node.op)!({ node, outputs, ...call });
  for (const [index, type] of outputs.entries()) {
    const tensor = results[index];
    if (tensor === undefined || tensor.dtype !== type.dtype || !sameShape(tensor.shape, type.shape)) {
      throw new ShapeError(`${describeNode(node)}: output ${index} was computed with another type than inferred`);
    }
  }
  return results;
}

/** Number of nodes and results that still need each value, so that memory is freed as early as can be. */
function countUses(graph: Graph, kept: ReadonlySet<string>): Map<string, number> {
  const uses = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap((node) => node.inputs), ...kept])
    uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/**
 * Computes a graph's outputs and taps, slowly and obviously: the reference for what the operators mean.
 *
 * Every operator computes in float64 from its inputs' exact values and rounds its result once to the value's type. The
 * tensors returned may share memory with the inputs; treat them as read-only.
 *
 * @returns outputs first, in the graph's order, then the taps.
 * @throws UsageError for a missing or unknown input or tap; ShapeError for an input that does not fit, and as
 *   `verifyGraph`.
 */
export async function interpret(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  options: InterpretOptions = {},
): Promise<Map<string, Tensor>> {
  verifyGraph(graph);
  const values = new Map<string, Tensor>();
  const symbols = new Map<string, number>();
  for (const info of graph.inputs) {
    const tensor = Object.hasOwn(inputs, info.name) ? inputs[info.name] : undefined;
    values.set(info.name, checkInput(info, tensor, symbols));
  }
  for (const name of Object.keys(inputs)) {
    if (!values.has(name)) throw new UsageError(`graph "${graph.name}" has no input "${name}"`);
  }
  const kept = new Set([...graph.outputs.map((output) => output.name), ...(options.taps ?? [])]);
  const assigned = new Set([
    ...values.keys(),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  for (const name of kept) {
    if (!assigned.has(name)) throw new UsageError(`graph "${graph.name}" has no value "${name}" to tap`);
  }

  const uses = countUses(graph, kept);
  const fetch = async (name: string): Promise<Tensor | undefined> => {
    if (name === "") return undefined;
    const present = values.get(name);
    if (present !== undefined) return present;
    const tensor = await readTensor(graph.initializers.get(name)!);
    values.set(name, tensor);
    return tensor;
  };
  for (const node of graph.nodes) {
    options.signal?.throwIfAborted();
    const operands: (Tensor | undefined)[] = [];
    for (const name of node.inputs) operands.push(await fetch(name));
    const tensors = await readTensorAttributes(node);
    const results = computeNode(node, { opset: graph.opset, inputs: operands, tensors });
    for (const [index, name] of node.outputs.entries()) {
      if (uses.has(name)) values.set(name, results[index]!);
    }
    for (const name of node.inputs) {
      const left = uses.get(name)! - 1;
      uses.set(name, left);
      if (left === 0) values.delete(name);
    }
  }
  const results = new Map<string, Tensor>();
  for (const name of kept) results.set(name, (await fetch(name))!);
  return results;
}
