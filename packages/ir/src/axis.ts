import { nodeShapeError } from "./node-errors.ts";
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
