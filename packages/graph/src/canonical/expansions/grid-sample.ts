import { int, ints, isKnown, type Node, readGridSampling } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { coarseInput, floatType } from "../decompositions/floats.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { Emit, NodeRule } from "../rule.ts";
import { axisTaps, type Tap } from "./grid-taps.ts";

/*
 * Pixels are rows of a table, of which each output takes some:
 *
 *   table = Reshape(Transpose(x), [N · H · W, C])
 *   GridSample(x, grid) = Transpose(Σ over taps: weight [N, P, Q, 1] · Gather(table, n · H · W + y · W + x) [N, P, Q, C])
 *
 * with one tap for the nearest pixel, 2 · 2 for linear and 4 · 4 for cubic interpolation.
 */

const INTO = "Abs Add Cast Clip Div Equal Floor Gather Mul Reshape Round Sub Transpose Unsqueeze Where".split(" ");

const isOpen = (node: Node, view: GraphView): boolean => typeof view.type(node.inputs[0]!)?.shape[0] !== "number";

function check(node: Node, view: GraphView): string | undefined {
  const unknown = unknownInput(node, view) ?? unknownInput(node, view, 1) ?? coarseInput(node, view);
  if (unknown !== undefined) return unknown;
  const { shape, dtype } = knownInput(node, view);
  if (knownInput(node, view, 1).dtype !== dtype) return "its image and its positions are of different types";
  if (shape.length !== 4 || !isKnown(shape.slice(1))) return "its height, width or channels are not known";
  return shape.includes(0) ? "it reads no pixels" : undefined;
}

/** The number of each image, times its pixels: [N, 1, 1]. */
function firstPixels(node: Node, emit: Emit, pixels: number): string {
  const [batch] = knownInput(node, emit.view).shape;
  const shape = emit.ints([-1, 1, 1]);
  if (typeof batch === "number") {
    return emit.node("Reshape", [emit.ints(Array.from({ length: batch }, (_, at) => at * pixels)), shape]);
  }
  const sizes = emit.node("Shape", [node.inputs[0]!]);
  const count = emit.node("Gather", [sizes, emit.scalar(0, "int64")], { axis: int(0) });
  const end = emit.node("Mul", [count, emit.scalar(pixels, "int64")]);
  const range = emit.node("Range", [emit.scalar(0, "int64"), end, emit.scalar(pixels, "int64")]);
  return emit.node("Reshape", [range, shape]);
}

function expand(node: Node, emit: Emit): void {
  const [x, grid] = node.inputs as [string, string];
  const { shape } = knownInput(node, emit.view);
  const [channels, height, width] = shape.slice(1) as [number, number, number];
  const sampling = readGridSampling(node);
  const dtype = floatType(node, emit.view);
  const taps = [height, width].map((size, axis) => {
    // The grid has x before y.
    const position = emit.node("Gather", [grid, emit.scalar(1 - axis, "int64")], { axis: int(3) });
    return axisTaps(position, size, { sampling, dtype, emit });
  });
  const pixels = emit.node("Transpose", [x], { perm: ints([0, 2, 3, 1]) });
  const table = emit.node("Reshape", [pixels, emit.ints([-1, channels])]);
  const first = firstPixels(node, emit, height * width);
  const read = (row: Tap, column: Tap): string => {
    const start = emit.node("Add", [first, emit.node("Mul", [row.index, emit.scalar(width, "int64")])]);
    const rows = emit.node("Gather", [table, emit.node("Add", [start, column.index])], { axis: int(0) });
    if (row.weight === undefined || column.weight === undefined) return rows; // both, or none
    const weight = emit.node("Mul", [row.weight, column.weight]);
    return emit.node("Mul", [rows, emit.node("Unsqueeze", [weight, emit.ints([3])])]);
  };
  const parts = taps[0]!.flatMap((row) => taps[1]!.map((column) => read(row, column)));
  const sum = parts.reduce((a, b) => emit.node("Add", [a, b]));
  emit.result("Transpose", [sum], { perm: ints([0, 3, 1, 2]) });
}

/** Spells GridSample by Gather, for batches of a known size. */
export const gridSample: NodeRule = {
  name: "gridSample",
  ops: ["GridSample"],
  into: INTO,
  applies: (node, view) => !isOpen(node, view),
  check,
  expand,
};

/** Spells GridSample by Gather, for batches of any size, which are counted. */
export const gridSampleOfAny: NodeRule = {
  name: "gridSampleOfAny",
  ops: ["GridSample"],
  into: [...INTO, "Range", "Shape"],
  applies: isOpen,
  check,
  expand,
};
