import { int, string } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import { isIntegral } from "../lowering/literal.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import { areKnown, sameSize, sameSizes, type Size } from "../program/size.ts";

/** PyTorch's names of how an element and its update become one, as far as operator set 17 has them. */
const REDUCTIONS: ReadonlyMap<string, string> = new Map([
  ["add", "add"],
  ["sum", "add"],
  ["multiply", "mul"],
  ["prod", "mul"],
]);

/** The updates, of which PyTorch takes as many as there are indices. */
function updatesFor(call: Call, index: Operand, source: Operand): string {
  if (index.sizes.every((size, axis) => sameSize(size, source.sizes[axis]!))) return source.value;
  if (!areKnown(index.sizes)) return call.refuse("it takes some of its updates, of an open number");
  const list = (values: readonly number[]): string => call.emitter.ints(values);
  const axes = index.sizes.map((_, axis) => axis);
  return call.emit("Slice", [source.value, list(axes.map(() => 0)), list(index.sizes), list(axes)]);
}

function scatterElements(reduction: (call: Call) => string): Lowering {
  return (call) => {
    const [x, index] = [call.tensor("self"), call.tensor("index")];
    if (x.sizes.length === 0) return call.refuse("it works on a tensor without axes");
    const updates = call.has("src")
      ? updatesFor(call, index, call.tensor("src"))
      : call.emit("Expand", [call.scalar("value", x.dtype), call.emitter.sizes(index.sizes)]);
    const attributes = { axis: int(call.axis("dim", x.sizes.length)), reduction: string(reduction(call)) };
    return call.emit("ScatterElements", [x.value, index.value, updates], attributes);
  };
}

const none = (): string => "none";
const add = (): string => "add";

function named(call: Call): string {
  const name = call.string("reduce") ?? "";
  if (call.has("include_self") && !call.bool("include_self")) return call.refuse("it leaves out what was there");
  return REDUCTIONS.get(name) ?? call.refuse(`it reduces by "${name}"`);
}

/** Writes rows along an axis: index_copy, index_add, index_fill. */
function alongAxis(reduction: "none" | "add"): Lowering {
  return (call) => {
    const [x, index, source] = [call.tensor("self"), call.tensor("index"), call.tensor("source")];
    const rank = x.sizes.length;
    if (rank === 0) return call.refuse("it works on a tensor without axes");
    if (call.has("alpha") && call.number("alpha") !== 1) return call.refuse("it scales what it adds");
    const axis = call.axis("dim", rank);
    const shape = x.sizes.map((_, at) => (at === axis ? -1 : 1));
    const column = call.emit("Reshape", [call.emitter.cast(index, "int64"), call.emitter.ints(shape)]);
    const indices = call.emit("Expand", [column, call.emitter.sizes(source.sizes)]);
    const attributes = { axis: int(axis), reduction: string(reduction) };
    return call.emit("ScatterElements", [x.value, indices, source.value], attributes);
  };
}

/** The sizes of index tensors that are broadcast to one another. */
function broadcastSizes(indices: readonly Operand[]): readonly Size[] {
  const rank = indices.reduce((most, { sizes }) => Math.max(most, sizes.length), 0);
  return Array.from({ length: rank }, (_, axis) =>
    indices.reduce<Size>((size, { sizes }) => {
      const own = sizes[axis - rank + sizes.length] ?? 1;
      return own === 1 ? size : own;
    }, 1),
  );
}

/**
 * Writes elements by index tensors into the leading axes, one ScatterND; into others they come to the front first. A mask
 * of bools chooses values, where it covers all and takes one value.
 */
const indexPut: Lowering = (call) => {
  const [x, values] = [call.tensor("self"), call.tensor("values")];
  const given = call.optionals("indices");
  const indexed = given.flatMap((index, axis) => (index === undefined ? [] : [{ axis, index }]));
  // PyTorch reads uint8 as bools.
  const masks = indexed.filter(({ index }) => !isIntegral(index.dtype) || index.dtype === "uint8");
  const accumulate = call.bool("accumulate");
  if (masks.length > 0)
    return putMasked(call, { x, values, masks: indexed.map(({ index }) => index), given, accumulate });
  if (indexed.length === 0) return call.refuse("it has no index");
  const axes = indexed.map(({ axis }) => axis);
  const rest = [...x.sizes.keys()].filter((axis) => !axes.includes(axis));
  const together = axes.every((axis, at) => at === 0 || axis === axes[at - 1]! + 1);
  const isFront = together && axes[0] === 0;
  const chosen = broadcastSizes(indexed.map(({ index }) => index));
  const order = [...axes, ...rest];
  // The values have the indexed axes where they were, if they follow one another.
  const before = together ? rest.filter((axis) => axis < axes[0]!) : [];
  const after = rest.filter((axis) => !before.includes(axis));
  const sizesOf = (list: readonly number[]): readonly Size[] => list.map((axis) => x.sizes[axis]!);
  const target = [...sizesOf(before), ...chosen, ...sizesOf(after)];
  const spread = expanded(call, { ...values, value: call.emitter.cast(values, x.dtype) }, target);
  const places = [...target.keys()];
  const front = places.slice(before.length, before.length + chosen.length);
  const moved = [...front, ...places.filter((place) => !front.includes(place))];
  const updates = isFront ? spread : transpose(call, spread, moved);
  const columns = indexed.map(({ index }) => {
    const whole = expanded(call, { ...index, value: call.emitter.cast(index, "int64") }, chosen);
    return call.emit("Unsqueeze", [whole, call.emitter.ints([-1])]);
  });
  const indices = columns.length === 1 ? columns[0]! : call.emit("Concat", columns, { axis: int(-1) });
  const base = isFront ? x.value : transpose(call, x.value, order);
  const reduction = { reduction: string(accumulate ? "add" : "none") };
  const result = call.emit("ScatterND", [base, indices, updates], reduction);
  return isFront ? result : transpose(call, result, inverse(order));
};

function expanded(call: Call, { value, sizes }: Operand, target: readonly Size[]): string {
  return sameSizes(sizes, target) ? value : call.emit("Expand", [value, call.emitter.sizes(target)]);
}

function transpose(call: Call, value: string, order: readonly number[]): string {
  return call.emit("Transpose", [value], { perm: { type: "ints", value: order } });
}

function inverse(order: readonly number[]): readonly number[] {
  return [...order.keys()].map((axis) => order.indexOf(axis));
}

interface Masked {
  readonly x: Operand;
  readonly values: Operand;
  readonly masks: readonly Operand[];
  readonly given: readonly (Operand | undefined)[];
  readonly accumulate: boolean;
}

/** One value where a mask over the leading axes is true. */
function putMasked(call: Call, { x, values, masks, given, accumulate }: Masked): string {
  const [mask, ...others] = masks;
  if (others.length > 0 || given[0] === undefined || mask!.dtype !== "bool") {
    return call.refuse("it writes by a mask of bools and other indices");
  }
  if (values.sizes.some((size) => size !== 1) || accumulate) {
    return call.refuse("it writes values of which the number depends on the data", "Use torch.where.");
  }
  const missing = x.sizes.length - mask!.sizes.length;
  const sizes = [...mask!.sizes, ...Array.from({ length: missing }, () => 1)];
  const whole = call.emitter.reshape(mask!, sizes);
  const value = call.emitter.reshape({ ...values, value: call.emitter.cast(values, x.dtype) }, []);
  return call.emit("Where", [whole, value, x.value]);
}

/** Writing elements by index tensors. */
export const SCATTER: Lowerings = {
  "index_add.default": alongAxis("add"),
  "index_copy.default": alongAxis("none"),
  "index_put.default": indexPut,
  "scatter.reduce": scatterElements(named),
  "scatter.src": scatterElements(none),
  "scatter.value": scatterElements(none),
  "scatter_add.default": scatterElements(add),
  "scatter_reduce.two": scatterElements(named),
};
