import { int } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import type { Size } from "../program/size.ts";

/**
 * Concatenates in the result's type. An empty tensor of one axis is left out, as PyTorch does; and so is what adds nothing
 * to the axis, which not every engine takes.
 */
const concatenate: Lowering = (call) => {
  const { dtype, sizes } = call.output();
  const axis = call.axis("dim", sizes.length);
  const tensors = call
    .tensors("tensors")
    .filter((item) => !(item.sizes.length === 1 && item.sizes[0] === 0 && sizes.length > 1));
  const some = tensors.filter((item) => item.sizes[axis] !== 0);
  const values = (some.length > 0 ? some : tensors.slice(0, 1)).map((item) => call.emitter.cast(item, dtype));
  return values.length === 1 ? call.emit("Identity", values) : call.emit("Concat", values, { axis: int(axis) });
};

const stack: Lowering = (call) => {
  const { dtype, sizes } = call.output();
  const axis = call.axis("dim", sizes.length);
  const axes = call.emitter.ints([axis]);
  const values = call.tensors("tensors").map((item) => call.emit("Unsqueeze", [call.emitter.cast(item, dtype), axes]));
  return call.emit("Concat", values, { axis: int(axis) });
};

/** Joins on the second axis (the first of vectors), or on the first. */
function along(axisOf: (rank: number) => number): Lowering {
  return (call) => {
    const tensors = call.tensors("tensors");
    const { dtype, sizes } = call.output();
    const values = tensors.map((item) => call.emitter.cast(item, dtype));
    if (tensors.some((item) => item.sizes.length !== sizes.length))
      return call.refuse("it joins tensors of other ranks");
    return call.emit("Concat", values, { axis: int(axisOf(sizes.length)) });
  };
}

/** Each argument along an axis of its own, expanded to all. */
function grid(call: Call, indexing: string): readonly string[] {
  const tensors = call.tensors("tensors");
  return tensors.map((item, index) => {
    const { sizes, dtype } = call.output(index);
    const place = indexing === "xy" && index < 2 ? 1 - index : index;
    const shape: readonly Size[] = sizes.map((size, axis) => (axis === place ? size : 1));
    const column: Operand = { value: call.emitter.reshape(item, shape), dtype, sizes: shape };
    return call.emit("Expand", [column.value, call.emitter.sizes(sizes)]);
  });
}

/** Repeats along each axis; the counts may add axes in front. */
function repeat(name: string): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const given = call.sizes(name);
    const rank = Math.max(given.length, x.sizes.length);
    const counts = [...Array.from({ length: rank - given.length }, () => 1), ...given];
    const shape: readonly Size[] = [...Array.from({ length: rank - x.sizes.length }, () => 1), ...x.sizes];
    const value = call.emitter.reshape(x, shape);
    if (counts.every((count) => count === 1)) return call.emit("Identity", [value]);
    return call.emit("Tile", [value, call.emitter.sizes(counts)]);
  };
}

/** Each element several times, one after the other. */
const repeatInterleave: Lowering = (call) => {
  const x = call.tensor("self");
  const repeats = call.int("repeats");
  if (call.isNone("dim")) return call.refuse("it repeats the elements of the flattened tensor");
  const axis = call.axis("dim", x.sizes.length);
  const size = x.sizes[axis];
  if (typeof size !== "number") return call.refuse("it repeats along an axis of open size");
  const indices = Array.from({ length: size * repeats }, (_, at) => Math.floor(at / repeats));
  return call.emit("Gather", [x.value, call.emitter.ints(indices)], { axis: int(axis) });
};

/** Joining tensors, and repeating one. */
export const JOIN: Lowerings = {
  "cat.default": concatenate,
  "concat.default": concatenate,
  "concatenate.default": concatenate,
  "stack.default": stack,
  "hstack.default": along((rank) => (rank === 1 ? 0 : 1)),
  "vstack.default": along(() => 0),
  "meshgrid.default": (call) => grid(call, "ij"),
  "meshgrid.indexing": (call) => grid(call, call.string("indexing") ?? "ij"),
  "repeat.default": repeat("repeats"),
  "tile.default": repeat("dims"),
  "repeat_interleave.self_int": repeatInterleave,
};
