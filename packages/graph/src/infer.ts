import type { LazyTensor, Tensor } from "@samoyed/core";
import {
  checkShape,
  constantDims,
  describeNode,
  type Dim,
  type Graph,
  type InferCall,
  inferredDims,
  knownTensor,
  type Node,
  ruleOf,
  SYMBOLIC_SIZES,
  type ValueInfo,
  type ValueType,
} from "@samoyed/ir";
import { widenTensor } from "./widen-tensor.ts";

/** Facts that inference found about a graph's values. */
export interface Knowledge {
  readonly types: ReadonlyMap<string, ValueType>;
  /** The elements of integer values of at most one axis, perhaps in part by symbol. */
  dims(value: string): readonly Dim[] | undefined;
}

/** Facts known while walking a graph in order. */
class Walk implements Knowledge {
  readonly types: Map<string, ValueType> = new Map();
  readonly #initializers: ReadonlyMap<string, LazyTensor>;
  readonly #dims: Map<string, readonly Dim[]> = new Map();
  readonly #opset: number;

  constructor(graph: Inferred) {
    this.#initializers = graph.initializers;
    this.#opset = graph.opset;
    for (const [name, tensor] of graph.initializers) {
      checkShape(`initializer "${name}"`, tensor.shape);
      this.types.set(name, { dtype: tensor.dtype, shape: tensor.shape });
    }
    for (const input of graph.inputs) {
      checkShape(`input "${input.name}"`, input.shape);
      this.types.set(input.name, { dtype: input.dtype, shape: input.shape });
    }
  }

  dims(name: string): readonly Dim[] | undefined {
    const computed = this.#dims.get(name);
    if (computed !== undefined) return computed;
    const lazy = this.#initializers.get(name);
    return lazy === undefined ? undefined : constantDims(lazy);
  }

  tensor(name: string): Tensor | undefined {
    const lazy = this.#initializers.get(name);
    const known = lazy && knownTensor(lazy);
    return known && widenTensor(known);
  }

  visit(node: Node): void {
    const rule = ruleOf(node);
    const inputs: (ValueType | undefined)[] = [];
    for (const name of node.inputs) {
      const type = name === "" ? undefined : this.types.get(name);
      if (name !== "" && type === undefined) return;
      inputs.push(type);
    }
    const at = (index: number): string => node.inputs[index] ?? "";
    const call: InferCall = {
      node,
      opset: this.#opset,
      inputs,
      constant: (index) => this.tensor(at(index)),
      dims: (index) => this.dims(at(index)),
      sizes: SYMBOLIC_SIZES,
    };
    const types = rule.infer(call);
    for (const [index, type] of types.entries()) {
      const name = node.outputs[index];
      if (name === undefined || name === "" || type === undefined) continue;
      checkShape(`${describeNode(node)}: output "${name}"`, type.shape);
      this.types.set(name, type);
    }
    const dims = inferredDims(rule, call, types[0]);
    if (dims !== undefined) this.#dims.set(node.outputs[0]!, dims);
  }
}

/** The parts of a graph that inference reads. */
type Inferred = Pick<Graph, "opset" | "inputs" | "initializers" | "nodes">;

/** The last graph with such nodes, and what was found: passes that leave a graph as it is need no inference. */
const learned = new WeakMap<Graph["nodes"], { readonly graph: Inferred; readonly knowledge: Knowledge }>();

/** Infers all that can be inferred; throws as `inferTypes` does. */
export function learn({ opset, inputs, initializers, nodes }: Inferred): Knowledge {
  const last = learned.get(nodes);
  const isSame =
    last?.graph.opset === opset && last.graph.inputs === inputs && last.graph.initializers === initializers;
  if (isSame) return last.knowledge;
  const graph = { opset, inputs, initializers, nodes };
  const walk = new Walk(graph);
  for (const node of nodes) walk.visit(node);
  learned.set(nodes, { graph, knowledge: walk });
  return walk;
}

/**
 * The types of all values that can be inferred from a graph's inputs and initializers, those included.
 *
 * @throws ShapeError when operands do not fit, UnsupportedError for an unknown operator, FormatError for a malformed
 *   attribute.
 */
export function inferTypes(graph: Graph): ReadonlyMap<string, ValueType> {
  return learn(graph).types;
}

/**
 * The same graph with the types of its intermediate values and outputs filled in, as far as they can be inferred; what
 * stood there before is replaced, and an output that cannot be inferred keeps its declaration.
 *
 * @throws ShapeError when operands do not fit, UnsupportedError for an unknown operator, FormatError for a malformed
 *   attribute.
 */
export function inferShapes(graph: Graph): Graph {
  const types = inferTypes(graph);
  const values = new Map<string, ValueInfo>();
  const outputs = new Set(graph.outputs.map((output) => output.name));
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      const type = types.get(name);
      if (type !== undefined && !outputs.has(name)) values.set(name, { name, ...type });
    }
  }
  return {
    ...graph,
    values,
    outputs: graph.outputs.map((output) => {
      const type = types.get(output.name);
      return type === undefined ? output : { name: output.name, ...type };
    }),
  };
}
