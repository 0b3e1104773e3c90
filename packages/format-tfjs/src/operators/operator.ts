import { ShapeError, UnsupportedError } from "@samoyed/core";
import type { Node } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import type { Value } from "../value.ts";

/** Puts one node of the source graph into the target graph. */
export type Lower = (node: Node, emitter: Emitter) => void | Promise<void>;

/** Lowerings by ONNX operator. */
export type LowerTable = Readonly<Record<string, Lower>>;

/** The error for a node that is valid and has something that is not lowered. */
export function unsupported(node: Node, what: string, hint?: string): UnsupportedError {
  return new UnsupportedError(`node "${node.name}" (${node.op}) ${what}, which is not written for TensorFlow.js`, {
    details: { node: node.name, op: node.op },
    ...(hint !== undefined && { hint }),
  });
}

/** An input that the operator requires. */
export function inputOf(node: Node, index: number, emitter: Emitter): Value {
  const value = optionalInput(node, index, emitter);
  if (value === undefined) throw new ShapeError(`node "${node.name}" (${node.op}): input ${index} is missing`);
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

/** Axes that count from the end, made to count from the beginning. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
