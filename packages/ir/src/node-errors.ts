import { FormatError, quote, ShapeError, UnsupportedError } from "@samoyed/core";
import type { Node, TypedTensor } from "./types.ts";

/** A node as messages name it: `node "layer1.0" (Conv)`. */
export function describeNode(node: Pick<Node<TypedTensor>, "name" | "op">): string {
  return `node ${quote(node.name)} (${node.op})`;
}

function detailsOf({ name, op }: Node<TypedTensor>): { node: string; op: string } {
  return { node: name, op };
}

/** The error of shapes or element types that do not fit at a node; `message` is a clause of its own. */
export function nodeShapeError(node: Node<TypedTensor>, message: string): ShapeError {
  return new ShapeError(`${describeNode(node)}: ${message}`, { details: detailsOf(node) });
}

/** The error of an attribute or input that ONNX gives no meaning; `message` is a clause of its own. */
export function nodeFormatError(node: Node<TypedTensor>, message: string): FormatError {
  return new FormatError(`${describeNode(node)}: ${message}`, { details: detailsOf(node) });
}

/** The error of something that ONNX has and the caller does not handle; `message` goes on from the node, as "has …" does. */
export function nodeUnsupportedError(node: Node<TypedTensor>, message: string, hint?: string): UnsupportedError {
  return new UnsupportedError(`${describeNode(node)} ${message}`, {
    details: detailsOf(node),
    ...(hint !== undefined && { hint }),
  });
}
