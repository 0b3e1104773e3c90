import {
  castArray,
  type DType,
  FormatError,
  type LazyTensor,
  lazyTensor,
  renameLazy,
  UnsupportedError,
} from "@samoyed/core";
import { openSizes } from "@samoyed/graph";
import type { Graph, Node } from "@samoyed/ir";
import { expandVendor, vendorRefusal } from "../vendor/operators.ts";
import type { Span, Wire } from "../wire.ts";
import { type Choice, isByData } from "./both-branches.ts";
import { constantCondition } from "./constant-condition.ts";
import type { FileNode } from "./file-node.ts";
import { FloatTypes } from "./float-types.ts";

/** The contents of a graph that nodes are assembled from. */
export interface GraphParts {
  readonly nodes: readonly FileNode[];
  readonly initializers: ReadonlyMap<string, LazyTensor>;
  readonly inputs: readonly { readonly name: string }[];
  readonly outputs: readonly { readonly name: string }[];
}

/** Context of an assembly. */
export interface AssembleOptions {
  readonly wire: Wire;
  readonly opset: number;
  /** The inputs of the whole graph. */
  readonly inputs: Graph["inputs"];
  /** Reads the graph of a branch. */
  readonly readBranch: (span: Span) => Promise<GraphParts>;
}

/** Nodes of ONNX's own operators, with their weights, and the branches of which both are among them. */
export type Assembled = Pick<Graph, "nodes" | "initializers"> & { readonly choices: readonly Choice[] };

/** Branches within branches: more than any exporter writes. */
const MAX_DEPTH = 32;

/** The operator set that brought Where. */
const WHERE_OPSET = 9;

/** Names as they are visible in a branch, where they differ from those in the file. */
type Scope = ReadonlyMap<string, string>;

/** A graph that grows node by node; every value gets a name of its own. */
class Assembly {
  readonly nodes: Node[] = [];
  readonly initializers: Map<string, LazyTensor>;
  readonly refusals: string[] = [];
  readonly choices: Choice[] = [];
  readonly #options: AssembleOptions;
  readonly #taken: Set<string>;
  readonly #floats = new FloatTypes();

  constructor({ nodes, initializers }: GraphParts, options: AssembleOptions) {
    this.#options = options;
    this.initializers = new Map(initializers);
    this.#taken = new Set([
      ...options.inputs.map(({ name }) => name),
      ...initializers.keys(),
      ...nodes.flatMap(({ node }) => node.outputs),
    ]);
    for (const value of [...options.inputs, ...initializers.values()]) this.#floats.declare(value);
  }

  async add(file: FileNode, scope: Scope, depth: number): Promise<void> {
    const rename = (name: string): string => scope.get(name) ?? name;
    const node = { ...file.node, inputs: file.node.inputs.map(rename), outputs: file.node.outputs.map(rename) };
    if (file.refusal !== undefined) this.refusals.push(file.refusal);
    else if (file.domain !== "") this.#addVendor(node, file.what);
    else if (file.branches.size > 0) await this.#addBranch({ ...file, node }, { scope, depth });
    else this.#push(node);
  }

  #push(node: Node): void {
    this.nodes.push(node);
    this.#floats.follow(node);
  }

  #fresh(base: string): string {
    let name = base;
    for (let count = 1; this.#taken.has(name); count++) name = `${base}_${count}`;
    this.#taken.add(name);
    return name;
  }

  #addVendor(node: Node, what: string): void {
    const { opset } = this.#options;
    const refusal = vendorRefusal(node, opset);
    if (refusal !== undefined) {
      this.refusals.push(`${what} is an operator of domain "com.microsoft": ${refusal}`);
      return;
    }
    const dtype = this.#floats.of(node.inputs) ?? "float32";
    const base = node.name === "" ? node.outputs[0]! : node.name;
    expandVendor(node, {
      opset,
      node: (op, inputs, attributes = {}) => {
        const output = this.#fresh(`${base}.${op}`);
        this.#push({ name: "", op, inputs, outputs: [output], attributes });
        return output;
      },
      result: (op, inputs, attributes = {}) => {
        this.#push({ name: node.name, op, inputs, outputs: node.outputs.slice(0, 1), attributes });
      },
      scalar: (value) => this.#scalar(`${base}.constant`, value, dtype),
    });
  }

  #scalar(base: string, value: number, dtype: DType): string {
    const name = this.#fresh(base);
    const data = castArray(Float64Array.of(value), "float64", dtype);
    this.initializers.set(name, lazyTensor(name, { dtype, shape: [], data }));
    return name;
  }

  /** The value of a condition; `undefined` where it is not constant. */
  #constant(condition: string): boolean | undefined {
    if (condition === "") return undefined;
    const { opset, inputs } = this.#options;
    const { nodes, initializers } = this;
    try {
      return constantCondition(condition, { opset, inputs, nodes, initializers });
    } catch (error) {
      // It may depend on a node that was refused before, which assigns nothing here.
      if (error instanceof FormatError && this.refusals.length > 0) return undefined;
      throw error;
    }
  }

  /** Puts the nodes of the branch that is always taken in the place of an `If`; where data decide, those of both. */
  async #addBranch(file: FileNode, place: { readonly scope: Scope; readonly depth: number }): Promise<void> {
    const { node, what } = file;
    const condition = node.inputs[0] ?? "";
    const taken = this.#constant(condition);
    if (taken !== undefined) {
      await this.#addTaken(file, { ...place, taken });
      return;
    }
    const refusal = `${what} is a branch by ${JSON.stringify(condition)}, which is not constant`;
    const { opset, inputs } = this.#options;
    if (condition === "" || opset < WHERE_OPSET || !isByData(condition, { nodes: this.nodes, inputs })) {
      this.refusals.push(refusal);
      return;
    }
    const named = (end: string): Node => ({
      ...node,
      outputs: node.outputs.map((name) => (name === "" ? "" : this.#fresh(`${name}.${end}`))),
    });
    const [yes, no] = [named("then"), named("else")];
    await this.#addTaken({ ...file, node: yes }, { ...place, taken: true });
    await this.#addTaken({ ...file, node: no }, { ...place, taken: false });
    const outputs = node.outputs.map((output, at) => ({ yes: yes.outputs[at]!, no: no.outputs[at]!, output }));
    const used = outputs.filter(({ output }) => output !== "");
    for (const one of used) {
      const inputs = [condition, one.yes, one.no];
      this.#push({ name: "", op: "Where", inputs, outputs: [one.output], attributes: {} });
    }
    this.choices.push({ refusal, condition, outputs: used });
  }

  /** Puts the nodes of one branch in the place of an `If`. */
  async #addTaken(
    file: FileNode,
    { scope, depth, taken }: { readonly scope: Scope; readonly depth: number; readonly taken: boolean },
  ): Promise<void> {
    const { node, what } = file;
    const { wire, readBranch } = this.#options;
    const span = file.branches.get(taken ? "then_branch" : "else_branch");
    if (span === undefined) throw wire.fail(0, `${what} has no ${taken ? "then" : "else"}_branch`);
    if (depth === MAX_DEPTH) throw new UnsupportedError(`${wire.source.label}: ${what} is ${depth} branches deep`);
    const parts = await readBranch(span);
    if (parts.outputs.length !== node.outputs.length) {
      throw wire.fail(
        span.start,
        `${what} has ${node.outputs.length} outputs, and a branch of ${parts.outputs.length}`,
      );
    }
    const inner = this.#enter(parts, { node, scope });
    for (const child of parts.nodes) await this.add(child, inner, depth + 1);
    this.#leave(parts, { node, inner });
  }

  /** The names in a branch: its own values get names that are free, those that it gives back the `If`'s. */
  #enter(parts: GraphParts, { node, scope }: { readonly node: Node; readonly scope: Scope }): Scope {
    const inner = new Map(scope);
    for (const [name, tensor] of parts.initializers) {
      const own = this.#fresh(name);
      inner.set(name, own);
      this.initializers.set(own, renameLazy(tensor, own));
      this.#floats.declare({ name: own, dtype: tensor.dtype });
    }
    const results = new Map(parts.outputs.map(({ name }, place) => [name, node.outputs[place]!] as const).toReversed());
    for (const name of parts.nodes.flatMap((child) => child.node.outputs)) {
      if (name === "") continue;
      const result = results.get(name) ?? "";
      inner.set(name, result === "" ? this.#fresh(name) : result);
    }
    return inner;
  }

  /** Gives an `If`'s outputs the values that no node of the branch makes under that name. */
  #leave({ outputs }: GraphParts, { node, inner }: { readonly node: Node; readonly inner: Scope }): void {
    for (const [place, { name }] of outputs.entries()) {
      const [value, output] = [inner.get(name) ?? name, node.outputs[place]!];
      if (output === "" || value === output) continue;
      this.#push({ name: "", op: "Identity", inputs: [value], outputs: [output], attributes: {} });
    }
  }
}

/**
 * Assembles the nodes of a graph: an `If` whose condition is constant becomes the nodes of the branch that is taken, one
 * by data those of both, if their shapes are the same (`unfitChoices`), and an operator of another domain that ONNX can express becomes those of ONNX.
 *
 * @throws UnsupportedError naming every other node of another domain, every loop and every other `If`, all at once.
 */
export async function assemble(parts: GraphParts, options: AssembleOptions): Promise<Assembled> {
  const assembly = new Assembly(parts, options);
  for (const node of parts.nodes) await assembly.add(node, new Map(), 0);
  const { refusals, nodes, initializers, choices } = assembly;
  if (refusals.length > 0) throw refused(refusals, parts, options);
  return { nodes, initializers, choices };
}

/** The error for nodes that are refused, with what would mend them. */
export function refused(
  refusals: readonly string[],
  { nodes }: GraphParts,
  { wire, inputs }: Pick<AssembleOptions, "wire" | "inputs">,
): UnsupportedError {
  const open = [...openSizes(inputs).keys()];
  const numbers = inputs.filter(({ shape }) => shape.every((size) => size === 1)).map(({ name }) => name);
  const branches = nodes.some((node) => node.branches.size > 0);
  const hints = [
    ...(nodes.some(({ domain }) => domain !== "") ? ["Export the model without vendor operators."] : []),
    ...(branches && numbers.length > 0
      ? [`An input of one number may decide a branch: fix it (${numbers.join(", ")}) with --value.`]
      : []),
    ...(branches && open.length > 0
      ? [`An open size may decide a branch: fix it (${open.join(", ")}) with --shape.`]
      : []),
    ...(nodes.some(({ domain, refusal }) => domain === "" && refusal !== undefined)
      ? ["Export the model without loops that depend on its input."]
      : []),
  ];
  return new UnsupportedError(`${wire.source.label}: ${refusals.join("; ")}`, {
    hint: hints.length === 0 ? "Export the model without branches that depend on its input." : hints.join(" "),
    details: { refusals },
  });
}
