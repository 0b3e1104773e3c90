import { nodeFormatError } from "./node-errors.ts";
import type { Node, TypedTensor } from "./types.ts";

/**
 * Converts an index of Gather or a similar operator to one counted from the front.
 *
 * @throws FormatError when it is outside [-size, size).
 */
export function normalizeIndex(node: Node<TypedTensor>, index: number, size: number): number {
  if (index < -size || index >= size) throw nodeFormatError(node, `index ${index} is outside [${-size}, ${size})`);
  return index < 0 ? index + size : index;
}
