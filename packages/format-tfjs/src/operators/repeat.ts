import { elementCount } from "@samoyed/core";
import { type Dim, isKnown, type Node } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import type { Value } from "../value.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, unsupported } from "./operator.ts";

/** Most axes that all engines repeat: WebGL's is the least. */
const MAX_AXES = 5;

const TILE = { Tmultiples: typeAttr("int32") };

/** Axes that are repeated alike: one alone, or several neighbors. An open size that is repeated is alone. */
interface Run {
  readonly from: readonly Dim[];
  readonly to: readonly Dim[];
  readonly repeated: boolean;
}

/**
 * A tensor whose axes of size 1 are repeated up to `to`. Where there are more axes than all engines take, neighbors that
 * are repeated alike become one.
 *
 * @returns `undefined` where an open size cannot be read from a tensor before.
 */
export function broadcastTo(
  ref: string,
  {
    from,
    to,
    hint,
    emitter,
  }: { readonly from: readonly Dim[]; readonly to: readonly Dim[]; readonly hint: string; readonly emitter: Emitter },
): string | undefined {
  const padded: readonly Dim[] = [...new Array<number>(to.length - from.length).fill(1), ...from];
  if (padded.every((size, axis) => size === to[axis])) {
    return from.length === to.length ? ref : emitter.reshape(ref, to, { hint });
  }
  // Two open sizes of different names: only the engine sees whether the first is 1.
  if (padded.some((size, axis) => size !== to[axis] && size !== 1)) return undefined;
  if (to.length <= MAX_AXES) {
    const counts = emitter.vector(to.map((size, axis) => (size === padded[axis] ? 1 : size)));
    if (counts === undefined) return undefined;
    const whole = from.length === to.length ? ref : emitter.reshape(ref, padded, { hint });
    return emitter.emit("Tile", [whole, counts], { hint, attr: TILE });
  }
  const runs = runsOf(padded, to);
  const [narrow, wide] = [runs.map((run) => mergedSize(run.from)), runs.map((run) => mergedSize(run.to))];
  if (runs.length > MAX_AXES) return undefined;
  const counts = emitter.vector(wide.map((size, index) => (runs[index]!.repeated ? size : 1)));
  if (counts === undefined) return undefined;
  const flat = emitter.reshape(ref, narrow, { hint });
  return emitter.reshape(emitter.emit("Tile", [flat, counts], { hint, attr: TILE }), to, { hint });
}

/** Neighbors as one size. An open one among several has no name: the reshape infers it, once. */
export function mergedSize(sizes: readonly Dim[]): Dim {
  if (sizes.length === 1) return sizes[0]!;
  return isKnown(sizes) ? elementCount(sizes) : "neighbors";
}

function runsOf(from: readonly Dim[], to: readonly Dim[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [axis, size] of from.entries()) {
    const target = to[axis]!;
    const repeated = size !== target;
    const last = runs.at(-1);
    // An open size among others has no name, which a count needs; a reshape infers one such size.
    const open = last === undefined ? 0 : [...last.to, target].filter((dim) => !isKnown([dim])).length;
    if (last?.repeated === repeated && open <= (repeated ? 0 : 1)) {
      runs[runs.length - 1] = { from: [...last.from, size], to: [...last.to, target], repeated };
    } else {
      runs.push({ from: [size], to: [target], repeated });
    }
  }
  return runs;
}

/** The sizes of an Expand's result; one that is nowhere else comes from the input that lists the sizes. */
function expandedSizes(node: Node, shape: readonly Dim[], emitter: Emitter): string {
  const known = emitter.vector(shape);
  if (known !== undefined) return known;
  const given = inputOf(node, 1, emitter);
  if (given.shape[0] !== shape.length) throw unsupported(node, "has sizes that are not known before the network runs");
  const list = emitter.plain(given);
  const hint = `${emitter.nameOf(node.outputs[0]!)}/size`;
  const parts = shape.map((size, axis) => {
    if (typeof size === "number") return emitter.ints([size]);
    return emitter.sizeOf(size) ?? emitter.emit("Slice", [list, emitter.ints([axis]), emitter.ints([1])], { hint });
  });
  return emitter.join(parts);
}

const lowerExpand: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x: Value = inputOf(node, 0, emitter);
  const { shape } = emitter.type(output);
  if (shape.includes(0)) throw unsupported(node, "gives an empty tensor");
  const hint = `${emitter.nameOf(output)}/expand`;
  const ref = emitter.plain(x);
  const wide = broadcastTo(ref, { from: x.shape, to: shape, hint, emitter });
  if (wide !== undefined) {
    emitter.give(output, "Identity", [wide], { layout: "plain" });
    return;
  }
  if (shape.length > MAX_AXES) throw unsupported(node, `repeats a tensor of ${shape.length} axes`);
  const sizes = expandedSizes(node, shape, emitter);
  // TensorFlow.js's BroadcastTo takes a size of 0 for 1, so it is left to what it alone can tell.
  if (x.shape.every((size) => size === 1)) {
    const ones = shape.map(() => 1);
    const whole = x.shape.length === shape.length ? ref : emitter.reshape(ref, ones, { hint });
    emitter.give(output, "Tile", [whole, sizes], { layout: "plain", attr: TILE });
    return;
  }
  emitter.give(output, "BroadcastTo", [ref, sizes], { layout: "plain" });
};

const lowerTile: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const [x, repeats] = [inputOf(node, 0, emitter), inputOf(node, 1, emitter)];
  if (x.shape.length > MAX_AXES) throw unsupported(node, `repeats a tensor of ${x.shape.length} axes`);
  const counts = await emitter.numbers(repeats);
  const list = counts === undefined ? emitter.plain(repeats) : emitter.ints(counts);
  emitter.give(output, "Tile", [emitter.plain(x), list], { layout: "plain", attr: TILE });
};

/** Repeating elements. */
export const REPEAT: LowerTable = { Expand: lowerExpand, Tile: lowerTile };
