import { nodeShapeError } from "./node-errors.ts";
import type { Node, TypedTensor } from "./types.ts";

/**
 * Converts an axis to one counted from the front.
 *
 * @throws ShapeError when it is outside [-rank, rank).
 */
export function normalizeAxis(node: Node<TypedTensor>, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw nodeShapeError(node, `axis ${axis} is outside [${-rank}, ${rank})`);
  }
  return axis < 0 ? axis + rank : axis;
}
