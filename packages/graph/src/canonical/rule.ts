import type { DType, LazyTensor } from "@samoyed/core";
import type { Attribute, Node } from "@samoyed/ir";
import type { GraphView } from "../rewrites/graph-view.ts";

/** Attributes of a node that is being made. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** Makes the nodes that replace one node. Every node made has the meaning of the canonical operator set. */
export interface Emit {
  readonly view: GraphView;
  /** Adds a node in between and returns the name of its output. */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds a node of several outputs in between and returns their names. */
  nodes(op: string, inputs: readonly string[], parts: { attributes: Attributes; count: number }): readonly string[];
  /** Adds the node that makes one output of a replaced node of several; nothing where that output has no name. */
  output(index: number, op: string, inputs: readonly string[], attributes?: Attributes): void;
  /** Adds the node that makes the outputs of the replaced one that are used, under its name. */
  result(op: string, inputs: readonly string[], attributes?: Attributes): void;
  /** A constant of no axes; equal ones are one initializer. */
  scalar(value: number, dtype: DType): string;
  /** A constant int64 list, such as axes or a shape; equal ones are one initializer. */
  ints(values: readonly number[]): string;
  /** Adds a weight under a name that is free, or under its own where it is an output of the replaced node. */
  weight(tensor: LazyTensor): string;
}

/**
 * A rule for the nodes of some operators on the way to the canonical form. It looks at one node and what is known
 * of its operands, and replaces that node alone, so that one pass over a graph applies all rules.
 */
export interface NodeRule {
  readonly name: string;
  readonly ops: readonly string[];
  /** The operators that take the place of `ops`, where those are not in the canonical form themselves. */
  readonly into?: readonly string[];
  /** Whether there is anything to do at a node; always where absent. */
  applies?(node: Node, view: GraphView): boolean;
  /** The reason why a node must stay as it is, in words; `undefined` when it may be replaced. */
  check?(node: Node, view: GraphView): string | undefined;
  /** Makes what replaces the node. The result must compute the same function. */
  expand(node: Node, emit: Emit): void;
}
