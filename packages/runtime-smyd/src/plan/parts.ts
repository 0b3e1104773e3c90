import { normalizeAxis, readInt } from "@samoyed/ir";
import type { ShapeCall } from "./operator.ts";
import { type Place, viewOf } from "./places.ts";
import { viewPlace } from "./views.ts";

/** Where a part of a value begins on each axis, its step and its length; an axis that is absent is whole. */
type Part = ReadonlyMap<number, { readonly start: number; readonly step: number; readonly length: number }>;

/** A part of a value, in its memory. */
export function partOf(place: Place, part: Part): Place {
  const { strides } = viewOf(place);
  return viewPlace(place, {
    shape: place.shape.map((size, axis) => part.get(axis)?.length ?? size),
    strides: strides.map((stride, axis) => stride * (part.get(axis)?.step ?? 1)),
    offset: [...part].reduce((sum, [axis, { start }]) => sum + start * strides[axis]!, 0),
  });
}

/** The axis attribute of a node, counted from the front, among the axes of input 0. */
export function axisOf({ node }: Pick<ShapeCall, "node">, rank: number, fallback: number): number {
  return normalizeAxis(node, readInt(node, "axis", fallback), rank);
}
