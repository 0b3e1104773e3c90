import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Size } from "../program/size.ts";

function pair(call: Call, name: string): readonly [number, number] {
  const values = call.ints(name);
  return [values[0]!, values[1] ?? values[0]!];
}

/** A kernel that picks one element of the window for each of its outputs, for every channel. */
function oneHot(call: Call, channels: number, [height, width]: readonly [number, number]): string {
  const count = height * width;
  const values = Array.from({ length: channels * count * count }, (_, at) =>
    Number(Math.floor(at / count) % count === at % count),
  );
  return call.emitter.numbers(call.output().dtype, [channels * count, 1, height, width], values);
}

function window(call: Call): Readonly<Record<string, ReturnType<typeof ints>>> {
  const padding = pair(call, "padding");
  return {
    kernel_shape: ints(pair(call, "kernel_size")),
    strides: ints(pair(call, "stride")),
    dilations: ints(pair(call, "dilation")),
    pads: ints([...padding, ...padding]),
  };
}

function channelsOf(call: Call, size: Size | undefined): number {
  return typeof size === "number" ? size : call.refuse("the number of its channels is open");
}

/** Windows as columns: a convolution by one-hot kernels, [N, C, H, W] → [N, C · kh · kw, windows]. */
const im2col: Lowering = (call) => {
  const x = call.tensor("self");
  if (x.sizes.length !== 4) return call.refuse("it takes an image without a batch axis");
  const channels = channelsOf(call, x.sizes[1]);
  const kernel = oneHot(call, channels, pair(call, "kernel_size"));
  const columns = call.emit("Conv", [x.value, kernel], { ...window(call), group: int(channels) });
  const batch = typeof x.sizes[0] === "number" ? x.sizes[0] : 0;
  return call.emit("Reshape", [columns, call.emitter.ints([batch, channels * kernelCount(call), -1])]);
};

function kernelCount(call: Call): number {
  const [height, width] = pair(call, "kernel_size");
  return height * width;
}

/** Columns added up as windows: a transposed convolution by one-hot kernels. */
const col2im: Lowering = (call) => {
  const x = call.tensor("self");
  if (x.sizes.length !== 3) return call.refuse("it takes columns without a batch axis");
  const [height, width] = pair(call, "output_size");
  const [kernel, stride, dilation, padding] = ["kernel_size", "stride", "dilation", "padding"].map((name) =>
    pair(call, name),
  );
  const counts = [height, width].map(
    (size, axis) =>
      Math.floor((size + 2 * padding![axis]! - dilation![axis]! * (kernel![axis]! - 1) - 1) / stride![axis]!) + 1,
  );
  const rows = channelsOf(call, x.sizes[1]);
  const channels = rows / kernelCount(call);
  const batch = typeof x.sizes[0] === "number" ? x.sizes[0] : 0;
  const grid = call.emit("Reshape", [x.value, call.emitter.ints([batch, rows, ...counts])]);
  // The remainder of rounding down at the end of each axis.
  const rest = [height, width].map(
    (size, axis) =>
      size - ((counts[axis]! - 1) * stride![axis]! - 2 * padding![axis]! + dilation![axis]! * (kernel![axis]! - 1) + 1),
  );
  return call.emit("ConvTranspose", [grid, oneHot(call, channels, pair(call, "kernel_size"))], {
    ...window(call),
    output_padding: ints(rest),
    group: int(channels),
  });
};

/** Windows of one axis as a new last axis. */
const unfold: Lowering = (call) => {
  const { sizes } = call.layout("self");
  const axis = call.axis("dimension", sizes.length);
  const size = sizes[axis];
  const [length, step] = [call.int("size"), call.int("step")];
  if (typeof size !== "number") return call.refuse("it takes windows of an axis of open size");
  const count = Math.floor((size - length) / step) + 1;
  const places = Array.from({ length: count * length }, (_, at) => Math.floor(at / length) * step + (at % length));
  const order = [...sizes.keys()].map((at) => (at > axis ? at + 1 : at));
  return {
    of: "self",
    derive(base) {
      const indices = call.emitter.numbers("int64", [count, length], places);
      const windows = call.emitter.one("Gather", [base.value, indices], { axis: int(axis) });
      return axis === sizes.length - 1
        ? windows
        : call.emitter.one("Transpose", [windows], { perm: ints([...order, axis + 1]) });
    },
  };
};

/** Windows as columns, and back. */
export const FOLDING: Lowerings = {
  "im2col.default": im2col,
  "col2im.default": col2im,
  "unfold.default": unfold,
};
