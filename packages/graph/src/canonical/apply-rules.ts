import { type LazyTensor, lazyTensor, renameLazy } from "@samoyed/core";
import type { Graph, Node } from "@samoyed/ir";
import { inferShapes } from "../infer.ts";
import { tensorOf } from "../interpreter/elements.ts";
import { Draft, type GraphView } from "../rewrites/graph-view.ts";
import { withoutUnused } from "../rewrites/without-unused.ts";
import { verifyGraph } from "../verify.ts";
import type { Attributes, Emit, NodeRule } from "./rule.ts";

/** The result of one pass of rules. */
export interface RulesResult {
  readonly graph: Graph;
  /** Every application, with the node that was replaced. */
  readonly applied: readonly { readonly rewrite: string; readonly node: string }[];
  /** Every node that a rule had to leave, with the reason. */
  readonly declined: readonly { readonly rewrite: string; readonly node: string; readonly reason: string }[];
}

/** The largest int64, which slices use for "to the end": the double next to it is one more. */
const MAX_INT64 = 2n ** 63n - 1n;

function toInt64(value: number): bigint {
  const integer = BigInt(value);
  return integer > MAX_INT64 ? MAX_INT64 : integer;
}

/** The nodes and weights that replace nodes of a graph. */
class Replacements {
  readonly nodes: Node[] = [];
  readonly initializers: Map<string, LazyTensor>;
  readonly #view: Draft;
  readonly #names: Set<string>;
  /** The last number that was tried for a name. */
  readonly #counts: Map<string, number> = new Map();
  readonly #constants: Map<string, string> = new Map();

  constructor(graph: Graph, view: Draft) {
    this.#view = view;
    this.initializers = new Map(graph.initializers);
    this.#names = new Set([
      ...graph.inputs.map((input) => input.name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((node) => [node.name, ...node.outputs]),
    ]);
  }

  /** Gives the emitter of the nodes in place of `node`. */
  emitter(node: Node): Emit {
    const fresh = (base: string): string => this.#fresh(base);
    return {
      view: this.#view,
      node: (op, inputs, attributes = {}) => {
        const name = fresh(`${node.name}.${op}`);
        this.nodes.push({ name, op, inputs, outputs: [name], attributes });
        return name;
      },
      nodes: (op, inputs, { attributes, count }) => {
        const name = fresh(`${node.name}.${op}`);
        const outputs = Array.from({ length: count }, (_, at) => (at === 0 ? name : fresh(`${name}.${at}`)));
        this.nodes.push({ name, op, inputs, outputs, attributes });
        return outputs;
      },
      output: (index, op, inputs, attributes = {}) => {
        const output = node.outputs[index] ?? "";
        if (output !== "") {
          this.nodes.push({ name: fresh(`${node.name}.${op}`), op, inputs, outputs: [output], attributes });
        }
      },
      result: (op, inputs, attributes: Attributes = {}) => {
        this.nodes.push({ name: node.name, op, inputs, outputs: this.#usedOutputs(node), attributes });
      },
      scalar: (value, dtype) => {
        const tensor = tensorOf({ dtype, shape: [] }, new Float64Array([value]));
        return this.#constant(`${dtype} ${value}`, (name) => lazyTensor(name, tensor));
      },
      ints: (values) => {
        const data = BigInt64Array.from(values, toInt64);
        return this.#constant(values.join(" "), (name) =>
          lazyTensor(name, { dtype: "int64", shape: [values.length], data }),
        );
      },
      weight: (tensor) => {
        const name = node.outputs.includes(tensor.name) ? tensor.name : fresh(tensor.name);
        this.initializers.set(name, renameLazy(tensor, name));
        return name;
      },
    };
  }

  /** The outputs up to the last that is used, or the first. */
  #usedOutputs(node: Node): readonly string[] {
    const isUsed = (name: string): boolean => this.#view.isOutput(name) || this.#view.consumers(name).length > 0;
    return node.outputs.slice(0, 1 + Math.max(0, node.outputs.findLastIndex(isUsed)));
  }

  #fresh(base: string): string {
    let name = base;
    // A recurrent network makes thousands of one base: the search goes on where it ended.
    let count = this.#counts.get(base) ?? 0;
    while (this.#names.has(name)) name = `${base}_${++count}`;
    this.#counts.set(base, count);
    this.#names.add(name);
    return name;
  }

  #constant(key: string, make: (name: string) => LazyTensor): string {
    const present = this.#constants.get(key);
    if (present !== undefined) return present;
    const name = this.#fresh(`constant.${this.#constants.size + 1}`);
    this.initializers.set(name, make(name));
    this.#constants.set(key, name);
    return name;
  }
}

/** The first rule that has something to do at each node, and the reason where it must leave it. */
class RuleBook {
  readonly #byOp: Map<string, NodeRule[]> = new Map();

  constructor(rules: readonly NodeRule[]) {
    for (const rule of rules) for (const op of rule.ops) this.#byOp.set(op, [...(this.#byOp.get(op) ?? []), rule]);
  }

  find(node: Node, view: GraphView): { readonly rule: NodeRule; readonly reason: string | undefined } | undefined {
    const rule = this.#byOp.get(node.op)?.find((candidate) => candidate.applies?.(node, view) ?? true);
    return rule && { rule, reason: rule.check?.(node, view) };
  }
}

/** The nodes that rules would replace. */
export function findPending(graph: Graph, rules: readonly NodeRule[]): readonly Node[] {
  const book = new RuleBook(rules);
  const view = new Draft(graph);
  return graph.nodes.filter((node) => {
    const found = book.find(node, view);
    return found !== undefined && found.reason === undefined;
  });
}

/**
 * Applies to every node the first of the rules for its operator that has something to do there, in one pass. The result
 * has the meaning of `opset`; where the graph's own is another and a node cannot be expressed, `graph` is the one
 * given.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `verifyGraph` does.
 */
export function applyRules(graph: Graph, rules: readonly NodeRule[], opset: number): RulesResult {
  const book = new RuleBook(rules);
  const view = new Draft(graph);
  const made = new Replacements(graph, view);
  const applied: { rewrite: string; node: string }[] = [];
  const declined: { rewrite: string; node: string; reason: string }[] = [];
  for (const node of graph.nodes) {
    const found = book.find(node, view);
    if (found !== undefined && found.reason === undefined) {
      found.rule.expand(node, made.emitter(node));
      applied.push({ rewrite: found.rule.name, node: node.name });
      continue;
    }
    made.nodes.push(node);
    if (found?.reason !== undefined) {
      declined.push({ rewrite: found.rule.name, node: node.name, reason: found.reason });
    }
  }
  const changesOpset = opset !== graph.opset;
  if ((changesOpset && declined.length > 0) || (!changesOpset && applied.length === 0)) {
    return { graph, applied: [], declined };
  }
  const { nodes, initializers } = made;
  const result = inferShapes(withoutUnused({ ...graph, opset, nodes, initializers, values: new Map() }));
  verifyGraph(result);
  return { graph: result, applied, declined };
}
