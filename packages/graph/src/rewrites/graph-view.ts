import type { LazyTensor } from "@samoyed/core";
import { type Graph, isKnown, type Node, type ValueType } from "@samoyed/ir";
import { type Knowledge, learn } from "../infer.ts";
import { withoutUnused } from "./without-unused.ts";

/** The part of a graph that a rewrite may look at: its current state, with the maker and the users of each value. */
export interface GraphView {
  readonly opset: number;
  /** The current nodes, in order. */
  nodes(): readonly Node[];
  /** The node that makes a value; `undefined` for inputs and initializers. */
  producer(value: string): Node | undefined;
  /** The nodes that use a value, in no particular order. */
  consumers(value: string): readonly Node[];
  isOutput(value: string): boolean;
  isInput(value: string): boolean;
  initializer(value: string): LazyTensor | undefined;
  /** Element type and shape, where they are known. */
  type(value: string): ValueType | undefined;
  /** The elements of an integer value of at most one axis, such as a computed shape, where all are known. */
  integers(value: string): readonly number[] | undefined;
  /** A name that no node and no value has: `base`, or `base` with a number. */
  freshName(base: string): string;
}

/** A change that a rewrite makes to the graph. */
export interface Change {
  /** Nodes that go. */
  readonly remove: readonly Node[];
  /** Nodes that others replace in their places. */
  readonly replace?: readonly (readonly [Node, Node])[];
  /** Nodes that come, in order, at the place of the matched node. */
  readonly insert?: readonly Node[];
  /** Weights that come. Those that nothing uses any more go by themselves. */
  readonly initializers?: readonly LazyTensor[];
  /** Values whose users use another value from now on. */
  readonly substitute?: ReadonlyMap<string, string>;
}

/** A graph that is being rewritten: the only mutable thing in a rewrite, and private to the runner. */
export class Draft implements GraphView {
  readonly opset: number;
  readonly #graph: Graph;
  readonly #places: Node[][];
  readonly #place: Map<string, number> = new Map();
  readonly #producers: Map<string, Node> = new Map();
  readonly #consumers: Map<string, Set<Node>> = new Map();
  readonly #initializers: Map<string, LazyTensor>;
  readonly #inputs: ReadonlySet<string>;
  readonly #outputs: ReadonlySet<string>;
  readonly #knowledge: Knowledge;
  readonly #names: Set<string>;

  constructor(graph: Graph) {
    this.opset = graph.opset;
    this.#graph = graph;
    this.#places = graph.nodes.map((node) => [node]);
    this.#initializers = new Map(graph.initializers);
    this.#inputs = new Set(graph.inputs.map((input) => input.name));
    this.#outputs = new Set(graph.outputs.map((output) => output.name));
    this.#knowledge = learn(graph);
    this.#names = new Set([...this.#inputs, ...this.#initializers.keys()]);
    for (const [place, node] of graph.nodes.entries()) this.#add(node, place);
  }

  producer(value: string): Node | undefined {
    return this.#producers.get(value);
  }

  consumers(value: string): readonly Node[] {
    return [...(this.#consumers.get(value) ?? [])];
  }

  isOutput(value: string): boolean {
    return this.#outputs.has(value);
  }

  isInput(value: string): boolean {
    return this.#inputs.has(value);
  }

  initializer(value: string): LazyTensor | undefined {
    return this.#initializers.get(value);
  }

  type(value: string): ValueType | undefined {
    return this.#initializers.get(value) ?? this.#knowledge.types.get(value);
  }

  integers(value: string): readonly number[] | undefined {
    const dims = this.#knowledge.dims(value);
    return dims !== undefined && isKnown(dims) ? dims : undefined;
  }

  freshName(base: string): string {
    let name = base;
    for (let count = 1; this.#names.has(name); count++) name = `${base}_${count}`;
    return name;
  }

  nodes(): readonly Node[] {
    return this.#places.flat();
  }

  /** Whether a node found earlier is still in the graph. */
  has(node: Node): boolean {
    return this.#places[this.#place.get(node.name) ?? -1]?.includes(node) ?? false;
  }

  /** Applies a change; `at` is the node that was matched. */
  apply(change: Change, at: Node): void {
    const place = this.#place.get(at.name)!;
    for (const node of change.remove) this.#remove(node);
    for (const [from, to] of change.replace ?? []) this.#replace(from, to);
    for (const tensor of change.initializers ?? []) {
      this.#initializers.set(tensor.name, tensor);
      this.#names.add(tensor.name);
    }
    for (const node of change.insert ?? []) this.#add(node, place);
    this.#places[place]!.push(...(change.insert ?? []));
    for (const [from, to] of change.substitute ?? []) this.#substitute(from, to);
  }

  /** The current graph, without weights and nodes that nothing uses. */
  finish(): Graph {
    return withoutUnused({
      ...this.#graph,
      nodes: this.nodes(),
      initializers: this.#initializers,
      values: new Map(),
    });
  }

  #add(node: Node, place: number): void {
    this.#place.set(node.name, place);
    this.#names.add(node.name);
    for (const name of node.outputs) {
      this.#producers.set(name, node);
      this.#names.add(name);
    }
    for (const name of node.inputs) {
      const users = this.#consumers.get(name) ?? new Set();
      this.#consumers.set(name, users.add(node));
    }
  }

  #remove(node: Node): void {
    const place = this.#places[this.#place.get(node.name)!]!;
    place.splice(place.indexOf(node), 1);
    for (const name of node.outputs) this.#producers.delete(name);
    for (const name of node.inputs) this.#consumers.get(name)?.delete(node);
  }

  #replace(from: Node, to: Node): void {
    const index = this.#place.get(from.name)!;
    const place = this.#places[index]!;
    const position = place.indexOf(from);
    this.#remove(from);
    place.splice(position, 0, to);
    this.#add(to, index);
  }

  #substitute(from: string, to: string): void {
    for (const user of this.consumers(from)) {
      this.#replace(user, { ...user, inputs: user.inputs.map((name) => (name === from ? to : name)) });
    }
  }
}
