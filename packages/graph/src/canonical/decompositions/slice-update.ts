import { type Dim, int, integers, type Node, readInt, readReduction } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { Emit, NodeRule } from "../rule.ts";

/*
 * An assignment to a slice, `x[:, 1:3] = u`, is exported as a ScatterND whose indices are a grid: along each axis the
 * positions from one to another. The axes that are not assigned to as a whole keep what is before and behind:
 *
 *   ScatterND(x [N, 5], grid([0 … N), [1 … 3)), u) = Concat(x[:, :1], u, x[:, 3:])
 *   ScatterND(x [N, 5], grid([0 … N), [0 … 5)), u) = u
 */

/** Positions along an axis, one after the other. */
interface Positions {
  readonly start: number;
  readonly count: Dim;
}

/** The parts of an axis that keep their elements. */
interface PartialAxis {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

/** Operators that pass a list on, in order. */
const SHAPING: ReadonlySet<string> = new Set(["Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze"]);

function onlyInteger(name: string, view: GraphView): number | undefined {
  const values = view.integers(name);
  return values?.length === 1 ? values[0] : undefined;
}

/** Where the part of a list begins that a Slice with a step of 1, or a Gather of one element, takes. */
function partStart(node: Node, view: GraphView): number | undefined {
  const [list, first = "", , , step = ""] = node.inputs as [string, ...string[]];
  const start = onlyInteger(first, view);
  const [count] = view.type(list)?.shape ?? [];
  if (start === undefined || (step !== "" && onlyInteger(step, view) !== 1)) return undefined;
  if (start >= 0) return start;
  return typeof count === "number" ? Math.max(0, start + count) : undefined;
}

/** The first position in a list of one after the other; `undefined` where it has others, or is not known. */
function firstPosition(list: string, view: GraphView): number | undefined {
  let [name, before] = [list, 0];
  for (let node = view.producer(name); node !== undefined; node = view.producer(name)) {
    if (node.op === "Range") {
      const [start, step] = [onlyInteger(node.inputs[0]!, view), onlyInteger(node.inputs[2]!, view)];
      return start !== undefined && step === 1 ? before + start : undefined;
    }
    if (node.op === "Slice" || node.op === "Gather") {
      const start = partStart(node, view);
      if (start === undefined) return undefined;
      before += start;
    } else if (!SHAPING.has(node.op)) return undefined;
    name = node.inputs[0]!;
  }
  const tensor = view.initializer(name)?.tensor;
  const values = tensor && integers(tensor);
  const start = values?.[0];
  return start !== undefined && values!.every((value, at) => value === start + at) ? before + start : undefined;
}

/** The positions along `axis` of a grid of `rank` axes, of which `name` has the indices into that axis. */
function positionsOf(name: string, options: { axis: number; rank: number; view: GraphView }): Positions | undefined {
  const { axis, rank, view } = options;
  const column = view.producer(name);
  if (column?.op !== "Unsqueeze" || ![rank, -1].includes(onlyInteger(column.inputs[1]!, view) ?? NaN)) return undefined;
  const wide = column.inputs[0]!;
  const expanded = view.producer(wide);
  const list = expanded?.op === "Expand" ? expanded.inputs[0]! : wide;
  const shape = view.type(list)?.shape;
  if (shape?.every((size, at) => size === 1 || at + rank - shape.length === axis) !== true) return undefined;
  const start = firstPosition(list, view);
  return start === undefined ? undefined : { start, count: shape.find((size) => size !== 1) ?? 1 };
}

/** The axes of the data that keep elements; `undefined` where the indices are no such grid. */
function partialAxes(node: Node, view: GraphView): readonly PartialAxis[] | undefined {
  const [x, updates] = [0, 2].map((index) => view.type(node.inputs[index]!)?.shape);
  const grid = view.producer(node.inputs[1]!);
  if (x === undefined || updates === undefined || grid?.op !== "Concat" || readReduction(node) !== "none") {
    return undefined;
  }
  const rank = grid.inputs.length;
  if (rank > x.length || ![rank, -1].includes(readInt(grid, "axis", 0))) return undefined;
  const axes: PartialAxis[] = [];
  for (const [axis, name] of grid.inputs.entries()) {
    const positions = positionsOf(name, { axis, rank, view });
    if (positions === undefined || updates[axis] !== positions.count) return undefined;
    const { start, count } = positions;
    const size = x[axis]!;
    if (start === 0 && count === size) continue;
    if (typeof count !== "number" || typeof size !== "number" || start < 0 || start + count > size) return undefined;
    axes.push({ axis, start, end: start + count, size });
  }
  return axes;
}

function slice(x: string, { axis, from, to }: { axis: number; from: number; to: number }, emit: Emit): string {
  return emit.node("Slice", [x, emit.ints([from]), emit.ints([to]), emit.ints([axis])]);
}

/** The pieces of `x` along the first of the axes, with the updates among them. */
function pieces(x: string, updates: string, axes: readonly PartialAxis[], emit: Emit): readonly string[] {
  const [{ axis, start, end, size }, ...rest] = axes as [PartialAxis, ...PartialAxis[]];
  const inner =
    rest.length === 0 ? updates : assigned(slice(x, { axis, from: start, to: end }, emit), updates, rest, emit);
  const before = start > 0 ? [slice(x, { axis, from: 0, to: start }, emit)] : [];
  const behind = end < size ? [slice(x, { axis, from: end, to: size }, emit)] : [];
  return [...before, inner, ...behind];
}

function assigned(x: string, updates: string, axes: readonly PartialAxis[], emit: Emit): string {
  return emit.node("Concat", pieces(x, updates, axes, emit), { axis: int(axes[0]!.axis) });
}

/** Spells an assignment to a slice by Concat. */
export const sliceUpdate: NodeRule = {
  name: "sliceUpdate",
  ops: ["ScatterND"],
  applies: (node, view) => partialAxes(node, view) !== undefined,
  expand(node, emit) {
    const axes = partialAxes(node, emit.view)!;
    const [x, , updates] = node.inputs as [string, string, string];
    if (axes.length === 0) emit.result("Identity", [updates]);
    else emit.result("Concat", pieces(x, updates, axes, emit), { axis: int(axes[0]!.axis) });
  },
};
