import type { Contract, LazyTensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { weightBytes } from "./weight-bytes.ts";

/** An input or output of a model; sizes that are open have a name. */
export interface PortDescription {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
}

/** A tensor of a model. */
export interface TensorDescription {
  readonly name: string;
  /** As it is stored. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Order of its elements, where a format has several ways. */
  readonly layout?: string;
}

/** Description of a model, whatever its format. */
export interface ModelDescription {
  /** The format with its version, in words. */
  readonly format: string;
  readonly inputs: readonly PortDescription[];
  readonly outputs: readonly PortDescription[];
  readonly nodes: readonly { readonly op: string }[];
  readonly tensors: readonly TensorDescription[];
  /** Bytes of all weights. */
  readonly bytes: number;
  readonly contract: Contract | undefined;
  /** The values that a session can be asked for, in the order of computation. */
  readonly values: readonly { readonly name: string; readonly op: string }[];
  /** Parts of the file that were not looked at. */
  readonly unverified?: string;
  /** Notes for the user. */
  readonly notes?: readonly string[];
  /** Further facts, particular to this format. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Tensors as a description lists them. */
export function describeTensors(tensors: Iterable<LazyTensor>): readonly TensorDescription[] {
  return Array.from(tensors, ({ name, dtype, stored, shape }) => ({ name, dtype: stored ?? dtype, shape }));
}

/** Describes the outputs of nodes, in the nodes' order. */
export function describeValues(
  nodes: readonly Pick<Graph["nodes"][number], "op" | "outputs">[],
): ModelDescription["values"] {
  return nodes.flatMap(({ op, outputs }) => outputs.map((name) => ({ name, op })));
}

/** Describes a model from its graph. */
export function describeGraph(graph: Graph): Omit<ModelDescription, "format" | "contract"> {
  const { inputs, outputs, nodes, initializers } = graph;
  return {
    inputs,
    outputs,
    nodes,
    tensors: describeTensors(initializers.values()),
    bytes: weightBytes(graph),
    values: describeValues(nodes),
  };
}
