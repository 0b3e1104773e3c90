import { nodeFormatError, nodeShapeError } from "./node-errors.ts";
import type { Node, TypedTensor } from "./types.ts";

/**
 * An axis counted from the front.
 *
 * @throws ShapeError when it lies outside [-rank, rank).
 */
export function normalizeAxis(node: Node<TypedTensor>, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw nodeShapeError(node, `axis ${axis} lies outside [${-rank}, ${rank})`);
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * An index counted from the front, as Gather and its kin take them.
 *
 * @throws FormatError when it lies outside [-size, size).
 */
export function normalizeIndex(node: Node<TypedTensor>, index: number, size: number): number {
  if (index < -size || index >= size) throw nodeFormatError(node, `index ${index} lies outside [${-size}, ${size})`);
  return index < 0 ? index + size : index;
}
