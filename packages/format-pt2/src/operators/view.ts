import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings, ViewResult } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import { contiguousSizes, product, sameSize, sameSizes, type Size } from "../program/size.ts";

/** A result that is its argument under another name. */
export function identity(of: string): ViewResult {
  return { of, derive: (base) => base.value, restore: (_, view) => view.value };
}

/** A result with its argument's elements in another shape. */
function reshaped(call: Call, of: string, sizes: readonly Size[], maybe = false): ViewResult {
  return {
    of,
    maybe,
    derive: (base) => call.emitter.reshape(base, sizes),
    restore: (base, view) => call.emitter.reshape(view, base.sizes),
  };
}

/** A result with its argument's axes in another order. */
export function permuted(call: Call, of: string, order: readonly number[]): ViewResult {
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const turn = (value: string, perm: readonly number[]): string =>
    perm.every((from, axis) => from === axis) ? value : call.emitter.one("Transpose", [value], { perm: ints(perm) });
  return {
    of,
    derive: (base) => turn(base.value, order),
    restore: (_, view) => turn(view.value, inverse),
  };
}

const view: Lowering = (call) => reshaped(call, "self", call.output().sizes);

/** Whether the elements follow one another in memory in the order of the axes; axes of size 1 do not matter. */
function isContiguous(call: Call): boolean {
  const { sizes, strides } = call.layout("self");
  const expected = contiguousSizes(sizes);
  return sizes.every((size, axis) => size === 1 || sameSize(strides[axis]!, expected[axis]!));
}

/** A reshape copies where the memory's order does not allow a view; that is certain only for a contiguous tensor. */
const reshape: Lowering = (call) => reshaped(call, "self", call.output().sizes, !isContiguous(call));

const contiguous: Lowering = (call) => {
  const code = call.has("memory_format") && !call.isNone("memory_format");
  // Another memory format makes a copy of a tensor that has not this format yet.
  return { ...identity("self"), maybe: code || !isContiguous(call) };
};

/** A copy has the same value and memory of its own. */
const copy: Lowering = (call) => call.tensor("self").value;

/** A conversion: itself where the type stays, unless a copy is asked for. */
function convert(name = "self"): Lowering {
  return (call) => {
    const x = call.tensor(name);
    const { dtype } = call.output();
    if (x.dtype !== dtype) return call.emitter.cast(x, dtype);
    const copies = call.has("copy") && call.bool("copy");
    return copies ? x.value : { ...identity(name), maybe: call.has("memory_format") && !call.isNone("memory_format") };
  };
}

const permute: Lowering = (call) => permuted(call, "self", call.axes("dims", call.layout("self").sizes.length));

function swapped(call: Call, a: number, b: number): ViewResult {
  const order = [...call.layout("self").sizes.keys()];
  [order[a], order[b]] = [order[b]!, order[a]!];
  return permuted(call, "self", order);
}

function swap(first: string, second: string): Lowering {
  return (call) => {
    const rank = call.layout("self").sizes.length;
    return rank === 0 ? identity("self") : swapped(call, call.axis(first, rank), call.axis(second, rank));
  };
}

const transposeLast: Lowering = (call) => {
  const rank = call.layout("self").sizes.length;
  return rank < 2 ? identity("self") : swapped(call, rank - 2, rank - 1);
};

const reverseAxes: Lowering = (call) => permuted(call, "self", [...call.layout("self").sizes.keys()].reverse());

const moveAxes: Lowering = (call) => {
  const rank = call.layout("self").sizes.length;
  const [source, destination] = [call.axes("source", rank), call.axes("destination", rank)];
  const order: (number | undefined)[] = Array.from({ length: rank });
  for (const [index, to] of destination.entries()) order[to] = source[index];
  const rest = [...order.keys()].filter((axis) => !source.includes(axis));
  return permuted(
    call,
    "self",
    order.map((axis) => axis ?? rest.shift()!),
  );
};

/** Expands axes of size 1, and adds axes in front. */
const expand: Lowering = (call) => {
  const { sizes } = call.output();
  const x = call.layout("self");
  return {
    of: "self",
    derive: (base) =>
      sameSizes(x.sizes, sizes) ? base.value : call.emitter.one("Expand", [base.value, call.emitter.sizes(sizes)]),
    // Nothing is written through elements that several positions share.
    ...(sameSizes(x.sizes, sizes) && { restore: (_: Operand, shown: Operand) => shown.value }),
  };
};

const dropout: Lowering = (call) => {
  const training = call.has("train") && call.bool("train") && call.number("p") !== 0;
  if (training) return call.refuse("it is in training mode", "Call model.eval() before torch.export.");
  return identity(call.has("input") ? "input" : "self");
};

const nativeDropout: Lowering = (call) => {
  if (!call.isNone("train") && call.bool("train")) return dropout(call);
  return [call.tensor("input").value, undefined];
};

const pixelShuffle: Lowering = (call) => {
  const x = call.tensor("self");
  const factor = call.int("upscale_factor");
  if (x.sizes.length !== 4) return call.refuse(`it shuffles a tensor of ${x.sizes.length} axes; expected 4`);
  return call.emit("DepthToSpace", [x.value], { blocksize: int(factor), mode: { type: "string", value: "CRD" } });
};

/** Channels first by channel, then by place in the block: not the order of SpaceToDepth. */
const pixelUnshuffle: Lowering = (call) => {
  const x = call.tensor("self");
  const factor = call.int("downscale_factor");
  const [batch, channels, height, width] = x.sizes;
  if (x.sizes.length !== 4 || typeof channels !== "number" || typeof height !== "number" || typeof width !== "number") {
    return call.refuse("it rearranges an image of open size");
  }
  const split = [batch!, channels, height / factor, factor, width / factor, factor];
  const blocks = call.emit("Transpose", [call.emitter.reshape(x, split)], { perm: ints([0, 1, 3, 5, 2, 4]) });
  const sizes = [0, 1, 3, 5, 2, 4].map((axis) => split[axis]!);
  return call.emitter.reshape({ ...x, value: blocks, sizes }, call.output().sizes);
};

const channelShuffle: Lowering = (call) => {
  const x = call.tensor("self");
  const groups = call.int("groups");
  const [batch, channels, ...rest] = x.sizes;
  if (typeof channels !== "number") return call.refuse("the number of its channels is open");
  const split = [batch!, groups, channels / groups, product(rest)];
  const turned = call.emit("Transpose", [call.emitter.reshape(x, split)], { perm: ints([0, 2, 1, 3]) });
  return call.emitter.reshape({ ...x, value: turned, sizes: [split[0]!, split[2]!, split[1]!, split[3]!] }, x.sizes);
};

/** Strides that equal a reshape's are read as one; others would be a view of memory that a graph does not have. */
const asStrided: Lowering = (call) => {
  const [sizes, strides] = [call.sizes("size"), call.sizes("stride")];
  const whole = sameSize(product(sizes), product(call.layout("self").sizes));
  const offset = call.isNone("storage_offset") ? 0 : call.size("storage_offset");
  if (!isContiguous(call) || !whole || offset !== 0 || !sameSizes(strides, contiguousSizes(sizes))) {
    return call.refuse(
      "it takes elements by their place in memory",
      "Use view, reshape or slices instead of as_strided.",
    );
  }
  return reshaped(call, "self", sizes);
};

/** Operators that change the shape or the name, not the elements. */
export const VIEW: Lowerings = {
  "view.default": view,
  "_unsafe_view.default": view,
  "view_as.default": view,
  "unflatten.int": view,
  "squeeze.default": view,
  "squeeze.dim": view,
  "squeeze.dims": view,
  "unsqueeze.default": view,
  "reshape.default": reshape,
  "reshape_as.default": reshape,
  "flatten.using_ints": reshape,
  "as_strided.default": asStrided,
  "permute.default": permute,
  "transpose.int": swap("dim0", "dim1"),
  "swapaxes.default": swap("axis0", "axis1"),
  "swapdims.default": swap("dim0", "dim1"),
  "t.default": transposeLast,
  "mT.default": transposeLast,
  "adjoint.default": transposeLast,
  "numpy_T.default": reverseAxes,
  "movedim.int": moveAxes,
  "movedim.intlist": moveAxes,
  "moveaxis.int": moveAxes,
  "expand.default": expand,
  "expand_as.default": expand,
  "broadcast_to.default": expand,
  "alias.default": () => identity("self"),
  "detach.default": () => identity("self"),
  "lift_fresh_copy.default": copy,
  "clone.default": copy,
  "contiguous.default": contiguous,
  "to.dtype": convert(),
  "to.dtype_layout": convert(),
  "to.device": convert(),
  "to.other": convert(),
  "type_as.default": convert(),
  "_to_copy.default": (call) => call.emitter.cast(call.tensor("self"), call.output().dtype),
  "dropout.default": dropout,
  "feature_dropout.default": dropout,
  "alpha_dropout.default": dropout,
  "feature_alpha_dropout.default": dropout,
  "native_dropout.default": nativeDropout,
  "pixel_shuffle.default": pixelShuffle,
  "pixel_unshuffle.default": pixelUnshuffle,
  "channel_shuffle.default": channelShuffle,
};
