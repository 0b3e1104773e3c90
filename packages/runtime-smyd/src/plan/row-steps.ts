import type { Shape } from "@samoyed/core";
import { stridedCopy } from "./copy-steps.ts";
import type { Lowering } from "./lowering.ts";
import type { LowerCall } from "./operator.ts";
import { type Place, viewOf } from "./places.ts";
import type { RowStep, RowView } from "./row-step.ts";
import type { StridedView } from "./steps.ts";
import { orderedStrides, viewPlace } from "./views.ts";

/** What rows are made of, and what of them. */
export interface RowRequest {
  /** The axes of a row, in ascending order; at least one. */
  readonly axes: readonly number[];
  /** Sizes of the axes of a row in the result: 1 for a reduction, as they are for what keeps them. */
  readonly sizes: readonly number[];
  /** Whether a row's elements have to be behind one another, in ONNX's order. */
  readonly contiguous?: boolean;
  /** Values that the step reads besides. */
  readonly reads?: readonly Place[];
  readonly step: () => Omit<RowStep, "kind" | "input" | "output" | "rows" | "inner" | "count">;
}

/** One dimension: its size, and bytes from one index to the next on each side. */
interface Dimension {
  readonly size: number;
  readonly input: number;
  readonly output: number;
}

type Arranged = Pick<RowStep, "rows" | "inner" | "count" | "input" | "output">;

/**
 * Plans a step over rows of a place. The result is a new place of the same layout, in which the axes of a row stay,
 * with their new sizes. Elements are moved before only where memory has no such rows.
 */
export function lowerRows(lowering: Lowering, input: Place, request: RowRequest): Place {
  const { axes, sizes, reads = [], step } = request;
  const result = withSizes(input.shape, axes, sizes);
  const whole = lowering.temporary(result, input.layout);
  const strides = input.strides && orderedStrides({ shape: result, strides: input.strides });
  const output = strides ? viewPlace(whole, { shape: result, strides }) : whole;
  const arrange = (from: Place, to: Place, own: RowRequest): Arranged | undefined =>
    arrangeRows({ shape: from.shape, input: viewOf(from), output: viewOf(to) }, own);
  const push = (from: Place, to: Place, own: RowRequest): void =>
    lowering.push({
      reads: [from, ...reads],
      writes: to,
      emit: () => [{ kind: "rows", ...arrange(from, to, own)!, ...step() }],
    });
  if (arrange(input, output, request) !== undefined) {
    push(input, output, request);
    return output;
  }
  const all = [...input.shape.keys()];
  const perm = [...all.filter((axis) => !axes.includes(axis)), ...axes];
  const moved = lowering.temporary(
    perm.map((axis) => input.shape[axis]!),
    "plain",
  );
  permute(lowering, { input, output: moved, perm });
  const found = lowering.temporary(
    perm.map((axis) => result[axis]!),
    "plain",
  );
  push(moved, found, { ...request, axes: axes.map((axis) => perm.indexOf(axis)) });
  // Axes of size 1 are nowhere in memory.
  if (sizes.every((size) => size === 1)) return { ...found, shape: result };
  permute(lowering, { input: found, output, perm: all.map((axis) => perm.indexOf(axis)) });
  return output;
}

/** Copies a value whose axes come in another order: axis `i` of the output is axis `perm[i]` of the input. */
function permute(
  lowering: Lowering,
  { input, output, perm }: { readonly input: Place; readonly output: Place; readonly perm: readonly number[] },
): void {
  lowering.push({
    reads: [input],
    writes: output,
    emit: () => {
      const { address, strides } = viewOf(input);
      const { shape } = output;
      return [stridedCopy({ address, strides: perm.map((axis) => strides[axis]!) }, viewOf(output), shape)];
    },
  });
}

function withSizes(shape: Shape, axes: readonly number[], sizes: readonly number[]): Shape {
  return shape.map((size, axis) => (axes.includes(axis) ? sizes[axes.indexOf(axis)]! : size));
}

/** Two views of a shape as rows; `undefined` where they are none. */
function arrangeRows(
  { shape, input, output }: { readonly shape: Shape; readonly input: StridedView; readonly output: StridedView },
  { axes, sizes, contiguous = false }: RowRequest,
): Arranged | undefined {
  const dimensions = shape.map((size, axis): Dimension & { readonly axis: number } => {
    const reduced = axes.includes(axis) && sizes[axes.indexOf(axis)] === 1;
    return { axis, size, input: input.strides[axis]!, output: reduced ? 0 : output.strides[axis]! };
  });
  const long = dimensions.filter(({ size }) => size !== 1);
  const own = long.filter(({ axis }) => axes.includes(axis));
  const [inRow, outside] = [merge(own), merge(long.filter(({ axis }) => !axes.includes(axis)))];
  if (inRow.length > 1 || outside.length > 2) return undefined;
  const [element = { size: 1, input: 4, output: 4 }] = inRow;
  const inOrder = own.every(({ input: stride }, index) => index === 0 || stride < own[index - 1]!.input);
  if (contiguous && (!inOrder || element.input !== 4 || element.output !== 4)) return undefined;
  const one = { size: 1, input: 0, output: 0 };
  const [row = one, block = one] = outside.toReversed();
  const view = (side: "input" | "output", address: number): RowView => ({
    address,
    block: block[side],
    row: row[side],
    element: element[side],
  });
  return {
    rows: block.size * row.size,
    inner: row.size,
    count: element.size,
    input: view("input", input.address),
    output: view("output", output.address),
  };
}

/** Dimensions, outermost first, of which those that are behind one another on both sides are one. */
function merge(dimensions: readonly Dimension[]): Dimension[] {
  const merged: Dimension[] = [];
  for (const inner of dimensions.toSorted((a, b) => b.input - a.input)) {
    const outer = merged.at(-1);
    const behind = (["input", "output"] as const).every((side) => outer?.[side] === inner[side] * inner.size);
    if (outer !== undefined && behind) merged[merged.length - 1] = { ...inner, size: outer.size * inner.size };
    else merged.push(inner);
  }
  return merged;
}

/** Gives a value the rows of another one, with the elements in ONNX's order under the node's shape. */
export function giveRows({ fused, shape, lowering }: LowerCall, result: Place): void {
  lowering.define(fused.output, result.shape.join() === shape.join() ? result : { ...lowering.plain(result), shape });
}
