import { type DType, FormatError, type LazyTensor, UsageError } from "@samoyed/core";
import type { Attribute, Dim, Graph, Node, ValueInfo } from "@samoyed/ir";
import { inferShapes, inferTypes } from "./infer.ts";
import { verifyGraph } from "./verify.ts";

/** Options of `GraphBuilder.node`. */
export interface NodeOptions {
  /** `${op}_${n}` when absent, `n` counting the nodes of that operator. */
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Names of the outputs; one, named like the node, when absent. */
  readonly outputs?: readonly string[];
}

/** Puts a graph together in order; see `createBuilder`. */
export interface GraphBuilder {
  /** Adds a graph input and returns its name. */
  input(name: string, dtype: DType, shape: readonly Dim[]): string;
  /**
   * Adds a weight and returns its name; the same tensor object twice is added once.
   *
   * @throws FormatError when another tensor has that name.
   */
  initializer(tensor: LazyTensor): string;
  /** Adds a node and returns the name of its first output; `""` in `inputs` omits an optional input. */
  node(op: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Makes a value a graph output. */
  output(value: string): void;
  /**
   * The graph, with shapes inferred, verified.
   *
   * @throws FormatError, ShapeError or UnsupportedError as `verifyGraph` does, or when an output's shape cannot be
   *   inferred.
   */
  finish(): Graph;
}

/** Starts a graph at an ONNX opset (17 by default). */
export function createBuilder(options: { readonly name: string; readonly opset?: number }): GraphBuilder {
  const inputs: ValueInfo[] = [];
  const nodes: Node[] = [];
  const outputs: string[] = [];
  const initializers = new Map<string, LazyTensor>();
  const counts = new Map<string, number>();
  const names = new Set<string>();

  const freshName = (op: string): string => {
    for (;;) {
      const count = (counts.get(op) ?? 0) + 1;
      counts.set(op, count);
      const name = `${op}_${count}`;
      if (!names.has(name)) return name;
    }
  };

  return {
    input(name, dtype, shape) {
      inputs.push({ name, dtype, shape: [...shape] });
      return name;
    },
    initializer(tensor) {
      const present = initializers.get(tensor.name);
      if (present !== undefined && present !== tensor) {
        throw new FormatError(`two initializers are named "${tensor.name}"`);
      }
      initializers.set(tensor.name, tensor);
      return tensor.name;
    },
    node(op, inputs, options = {}) {
      const name = options.name ?? freshName(op);
      const results = options.outputs ?? [name];
      const first = results[0];
      if (first === undefined) throw new UsageError(`node "${name}" (${op}) has no outputs`);
      names.add(name);
      nodes.push({
        name,
        op,
        inputs: [...inputs],
        outputs: [...results],
        attributes: { ...options.attributes },
      });
      return first;
    },
    output(value) {
      outputs.push(value);
    },
    finish() {
      const opset = options.opset ?? 17;
      const bare: Graph = { name: options.name, opset, inputs, outputs: [], nodes, initializers, values: new Map() };
      const draft: Graph = { ...bare, inputs: [...inputs], nodes: [...nodes], initializers: new Map(initializers) };
      const types = inferTypes(draft);
      const infos = outputs.map((name): ValueInfo => {
        const type = types.get(name);
        if (type === undefined) {
          throw new FormatError(`graph output "${name}" is assigned by nothing, or its shape cannot be inferred`);
        }
        return { name, ...type };
      });
      const graph = inferShapes({ ...draft, outputs: infos });
      verifyGraph(graph);
      return graph;
    },
  };
}
