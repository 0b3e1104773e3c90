import { FormatError, quote, ShapeError, UnsupportedError } from "@samoyed/core";
import type { Node, TypedTensor } from "./types.ts";

/** Describes a node for messages: `node "layer1.0" (Conv)`. */
export function describeNode(node: Pick<Node<TypedTensor>, "name" | "op">): string {
  return `node ${quote(node.name)} (${node.op})`;
}

/** A message of an error about a node, as it continues after the node: for lists that name nodes themselves. */
export function messageWithoutNode(message: string, node: Pick<Node<TypedTensor>, "name" | "op">): string {
  const prefix = describeNode(node);
  return message.startsWith(prefix) ? message.slice(prefix.length).replace(/^:? /u, "") : message;
}

function detailsOf({ name, op }: Node<TypedTensor>): { node: string; op: string } {
  return { node: name, op };
}

/** Makes the error for shapes or element types that do not match at a node; `message` is a complete clause. */
export function nodeShapeError(node: Node<TypedTensor>, message: string): ShapeError {
  return new ShapeError(`${describeNode(node)}: ${message}`, { details: detailsOf(node) });
}

/** Makes the error for an attribute or input that is invalid in ONNX; `message` is a complete clause. */
export function nodeFormatError(node: Node<TypedTensor>, message: string): FormatError {
  return new FormatError(`${describeNode(node)}: ${message}`, { details: detailsOf(node) });
}

/** Makes the error for something that ONNX has and the caller does not handle; `message` continues after the node, such as "has …". */
export function nodeUnsupportedError(node: Node<TypedTensor>, message: string, hint?: string): UnsupportedError {
  return new UnsupportedError(`${describeNode(node)} ${message}`, {
    details: detailsOf(node),
    ...(hint !== undefined && { hint }),
  });
}
