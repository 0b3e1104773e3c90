import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import { isIntegral } from "../lowering/literal.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import { areKnown, type Size } from "../program/size.ts";

function gather(call: Call, x: string, indices: string, axis: number): string {
  return call.emit("Gather", [x, indices], { axis: int(axis) });
}

/** Row numbers counted from the front, so that several axes can be read as one. */
function positive(call: Call, index: Operand, size: number): string {
  const value = call.emitter.cast(index, "int64");
  const zero = call.emitter.scalar(0, "int64");
  const moved = call.emit("Add", [value, call.emitter.scalar(size, "int64")]);
  return call.emit("Where", [call.emit("Less", [value, zero]), moved, value]);
}

interface Indexed {
  readonly axis: number;
  readonly index: Operand;
}

function indexedAxes(call: Call): readonly Indexed[] {
  const found = call.optionals("indices").flatMap((index, axis) => (index === undefined ? [] : [{ axis, index }]));
  if (found.some(({ index }) => !isIntegral(index.dtype))) {
    return call.refuse(
      "it takes elements by a mask of bools, so that its size depends on the data",
      "Use torch.where.",
    );
  }
  return found;
}

/**
 * Takes elements by index tensors. One is a Gather; several on axes that follow one another are one index into those
 * axes flattened; those on separate axes move to the front first, as NumPy and PyTorch do.
 */
const index: Lowering = (call) => {
  const x = call.tensor("self");
  const indexed = indexedAxes(call);
  const [first] = indexed;
  if (first === undefined) return call.emit("Identity", [x.value]);
  if (indexed.length === 1) return gather(call, x.value, call.emitter.cast(first.index, "int64"), first.axis);
  const axes = indexed.map(({ axis }) => axis);
  const together = axes.every((axis, at) => at === 0 || axis === axes[at - 1]! + 1);
  const rest = [...x.sizes.keys()].filter((axis) => !axes.includes(axis));
  const place = together ? axes[0]! : 0;
  const order = [...rest.slice(0, place), ...axes, ...rest.slice(place)];
  const turned = together ? x.value : call.emit("Transpose", [x.value], { perm: ints(order) });
  const sizes = order.map((axis) => x.sizes[axis]!);
  const spans: readonly Size[] = axes.map((axis) => x.sizes[axis]!);
  if (!areKnown(spans)) return call.refuse("it takes elements of several axes, one of open size");
  const flat: readonly Size[] = [
    ...sizes.slice(0, place),
    spans.reduce<number>((a, b) => a * b, 1),
    ...sizes.slice(place + axes.length),
  ];
  const table = call.emitter.reshape({ ...x, value: turned, sizes }, flat);
  return gather(call, table, flatIndex(call, indexed, spans), place);
};

/** Σ index · stride over the axes that are read as one. */
function flatIndex(call: Call, indexed: readonly Indexed[], spans: readonly number[]): string {
  return indexed
    .map(({ index: at }, place) => {
      const value = positive(call, at, spans[place]!);
      const stride = spans.slice(place + 1).reduce<number>((a, b) => a * b, 1);
      return stride === 1 ? value : call.emit("Mul", [value, call.emitter.scalar(stride, "int64")]);
    })
    .reduce((a, b) => call.emit("Add", [a, b]));
}

const indexSelect: Lowering = (call) => {
  const x = call.tensor("self");
  return gather(call, x.value, call.tensor("index").value, call.axis("dim", x.sizes.length));
};

const gatherElements: Lowering = (call) => {
  const x = call.tensor("self");
  const axis = call.axis("dim", x.sizes.length);
  const indices = call.tensor("index");
  // GatherElements takes as many elements as the indices have, which PyTorch does too.
  return call.emit("GatherElements", [x.value, indices.value], { axis: int(axis) });
};

const embedding: Lowering = (call) => gather(call, call.tensor("weight").value, call.tensor("indices").value, 0);

/** Reverses axes. */
const flip: Lowering = (call) => {
  const x = call.tensor("self");
  const axes = call.axes("dims", x.sizes.length);
  if (axes.length === 0) return call.emit("Identity", [x.value]);
  const list = (value: number): string => call.emitter.ints(axes.map(() => value));
  // -2^31 is before the first element of any axis.
  return call.emit("Slice", [x.value, list(-1), list(-(2 ** 31)), call.emitter.ints(axes), list(-1)]);
};

/** Moves elements along axes; those that leave at the end enter at the front. */
const roll: Lowering = (call) => {
  const x = call.tensor("self");
  const shifts = call.ints("shifts");
  const axes = call.axes("dims", x.sizes.length);
  if (axes.length === 0) return call.refuse("it rolls the flattened tensor");
  let { value } = x;
  for (const [at, axis] of axes.entries()) {
    const size: Size = x.sizes[axis]!;
    if (typeof size !== "number" && shifts[at] === 0) continue;
    const shift = typeof size === "number" ? ((shifts[at]! % size) + size) % size : shifts[at]!;
    if (shift === 0) continue;
    const cut = (start: number, end: number): string =>
      call.emit("Slice", [value, ...[start, end, axis].map((part) => call.emitter.ints([part]))]);
    value = call.emit("Concat", [cut(-shift, Number.MAX_SAFE_INTEGER), cut(0, -shift)], { axis: int(axis) });
  }
  return value === x.value ? call.emit("Identity", [value]) : value;
};

function triangle(upper: boolean): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const diagonal = call.emitter.scalar(call.int("diagonal"), "int64");
    return call.emit("Trilu", [x.value, diagonal], { upper: int(Number(upper)) });
  };
}

/** Choosing and moving elements. */
export const INDEXING: Lowerings = {
  "index.Tensor": index,
  "index_select.default": indexSelect,
  "gather.default": gatherElements,
  "embedding.default": embedding,
  "flip.default": flip,
  "roll.default": roll,
  "tril.default": triangle(false),
  "triu.default": triangle(true),
};
