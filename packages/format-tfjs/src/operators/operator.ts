import { formatShape, UnsupportedError } from "@samoyed/core";
import { type Dim, type Node, nodeFormatError, nodeUnsupportedError } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import type { Value } from "../value.ts";

/** Puts one node of the source graph into the target graph. */
export type Lower = (node: Node, emitter: Emitter) => void | Promise<void>;

/** Lowerings by ONNX operator. */
export type LowerTable = Readonly<Record<string, Lower>>;

/** The error for a node that is valid and has something that is not lowered. */
export function unsupported(node: Node, what: string, hint?: string): UnsupportedError {
  return nodeUnsupportedError(node, `${what}, which is not written for TensorFlow.js`, hint);
}

/** An input that the operator requires. */
export function inputOf(node: Node, index: number, emitter: Emitter): Value {
  const value = optionalInput(node, index, emitter);
  if (value === undefined) throw nodeFormatError(node, `input ${index} is missing`);
  return value;
}

/** An input that may be left out. */
export function optionalInput(node: Node, index: number, emitter: Emitter): Value | undefined {
  const name = node.inputs[index] ?? "";
  return name === "" ? undefined : emitter.value(name);
}

/**
 * The elements of an input that decides how the node is lowered; `undefined` where it is left out.
 *
 * @throws UnsupportedError when it is computed by the network.
 */
export async function parameter(node: Node, index: number, emitter: Emitter): Promise<readonly number[] | undefined> {
  const value = optionalInput(node, index, emitter);
  if (value === undefined) return undefined;
  const numbers = await emitter.numbers(value);
  if (numbers === undefined) throw unsupported(node, `has an input ${index} that is no small constant`);
  return numbers;
}

/** A node's output that is used; the others must not be. */
export function onlyOutput(node: Node, emitter: Emitter): string {
  for (const name of node.outputs.slice(1)) {
    if (name !== "" && (emitter.consumers(name).length > 0 || emitter.isOutput(name))) {
      throw unsupported(node, `has its further output "${name}" used`);
    }
  }
  return node.outputs[0]!;
}

/** A node and the values of its constant inputs, as the readers of `@samoyed/ir` take them. */
export interface NodeParameters {
  readonly node: Node;
  readonly opset: number;
  /** `undefined` for an omitted input. */
  readonly inputs: readonly (string | undefined)[];
  /** The elements of an input; `undefined` where it is left out. */
  readonly list: (index: number) => readonly number[] | undefined;
}

/**
 * Reads the constant inputs from `first` on.
 *
 * @throws UnsupportedError when one is computed by the network.
 */
export async function parametersOf(node: Node, first: number, emitter: Emitter): Promise<NodeParameters> {
  const lists: (readonly number[] | undefined)[] = [];
  for (let index = first; index < node.inputs.length; index++) lists[index] = await parameter(node, index, emitter);
  return {
    node,
    opset: emitter.graph.opset,
    inputs: node.inputs.map((name) => (name === "" ? undefined : name)),
    list: (index) => lists[index],
  };
}

/** The sizes of a node's reshape, as a vector. */
export function sizesOf(node: Node, shape: readonly Dim[], from: string, emitter: Emitter): string {
  try {
    return emitter.shapeOf(shape, from);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    throw unsupported(node, `has the output shape ${formatShape(shape)}`, error.hint);
  }
}
