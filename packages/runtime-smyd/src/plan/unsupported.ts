import { type Node, nodeUnsupportedError, type TypedTensor } from "@samoyed/ir";
import type { UnsupportedError } from "@samoyed/core";

/** The error of something valid in ONNX that no kernel computes; `message` goes on from the node, as "has …" does. */
export function unsupported(node: Node<TypedTensor>, message: string): UnsupportedError {
  return nodeUnsupportedError(node, message, "Run the model in its ONNX form, on onnxruntime.");
}
