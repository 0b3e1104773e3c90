import { ShapeError } from "@samoyed/core";
import { type Dim, type Node, readInt, readInts, readString } from "@samoyed/graph";
import { unsupported } from "./operators/operator.ts";

/** A pair for height and width. */
export type Pair = readonly [number, number];

/** How a window slides over an image; one-dimensional ones slide over an image one pixel high. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly begin: Pair;
  readonly end: Pair;
}

/** Padding before and after height and width. */
export type Pads = Pick<Window, "begin" | "end">;

/**
 * Reads a window over `spatial` axes.
 *
 * @throws UnsupportedError for three dimensions and more, and where `auto_pad` is left, whose sizes are open.
 */
export function readWindow(node: Node, kernel: readonly number[], spatial: readonly Dim[]): Window {
  const rank = kernel.length;
  if (rank < 1 || rank > 2 || spatial.length !== rank) throw unsupported(node, `has ${spatial.length} spatial axes`);
  const strides = readInts(node, "strides") ?? kernel.map(() => 1);
  const dilations = readInts(node, "dilations") ?? kernel.map(() => 1);
  const pads = readInts(node, "pads") ?? [...kernel, ...kernel].map(() => 0);
  if (readString(node, "auto_pad", "NOTSET") !== "NOTSET") {
    throw unsupported(node, "derives its padding from a size that is open");
  }
  return {
    kernel: pair(kernel, 1),
    strides: pair(strides, 1),
    dilations: pair(dilations, 1),
    begin: pair(pads.slice(0, rank), 0),
    end: pair(pads.slice(rank), 0),
  };
}

function pair(values: readonly number[], filler: number): Pair {
  const [first, second] = values.length === 1 ? [filler, values[0]!] : values;
  if (first === undefined || second === undefined) throw new ShapeError(`${values.length} values for two axes`);
  return [first, second];
}

/** Elements from a window's first to its last tap. */
export function extents({ kernel, dilations }: Window): Pair {
  return [(kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1];
}

/** Whether there is padding at all. */
export function hasPads({ begin, end }: Pads): boolean {
  return [...begin, ...end].some((size) => size > 0);
}

/** Whether the node's output rounds sizes up. */
export function ceils(node: Node): boolean {
  return readInt(node, "ceil_mode", 0) !== 0;
}
