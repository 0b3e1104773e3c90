import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import { areKnown, sameSizes, type Size } from "../program/size.ts";
import { applyAxes, type Matrix } from "./axis-matrix.ts";

interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

function spread(values: readonly number[], count: number): readonly number[] {
  return values.length === 1 ? Array.from({ length: count }, () => values[0]!) : values;
}

function windowOf(call: Call, count: number): Window {
  const kernel = spread(call.ints("kernel_size"), count);
  const stride = call.ints("stride");
  return {
    kernel,
    stride: stride.length === 0 ? kernel : spread(stride, count),
    padding: spread(call.ints("padding"), count),
    dilation: call.has("dilation") ? spread(call.ints("dilation"), count) : kernel.map(() => 1),
  };
}

/**
 * Padding after the last element so that windows counted by rounding down are as many as PyTorch counts by rounding up:
 * it leaves out a window that would start beyond the input and its padding.
 *
 * @returns `undefined` where a size is open.
 */
function endPadding(x: Operand, output: readonly Size[], window: Window): readonly number[] | undefined {
  const count = window.kernel.length;
  const [before, after] = [x.sizes.slice(-count), output.slice(-count)];
  if (!areKnown(before) || !areKnown(after)) return undefined;
  return window.kernel.map((size, axis) => {
    const reach = (after[axis]! - 1) * window.stride[axis]! + window.dilation[axis]! * (size - 1) + 1;
    return Math.max(0, reach - before[axis]! - window.padding[axis]!);
  });
}

/** A pool of one element: every n-th of the last axes. (onnxruntime 1.30 refuses such a pool after a Pad.) */
function everyNth(call: Call, x: Operand, steps: readonly number[]): string {
  const axes = steps.map((_, index) => index - steps.length);
  const parts = [steps.map(() => 0), steps.map(() => Number.MAX_SAFE_INTEGER), axes, steps];
  return call.emit("Slice", [x.value, ...parts.map((part) => call.emitter.ints(part))]);
}

/** Adds a pool. Images without a batch axis get one for the time. */
function pool(
  call: Call,
  op: string,
  parts: { readonly x: Operand; readonly window: Window; readonly includePadding?: boolean },
): string {
  const { x, window } = parts;
  const count = window.kernel.length;
  if (window.kernel.every((size) => size === 1) && window.padding.every((size) => size === 0)) {
    return everyNth(call, x, window.stride);
  }
  const ceil = call.has("ceil_mode") && call.bool("ceil_mode");
  const end = ceil ? endPadding(x, call.output().sizes, window) : window.padding;
  const attributes = {
    kernel_shape: ints(window.kernel),
    strides: ints(window.stride),
    pads: ints([...window.padding, ...(end ?? window.padding)]),
    ...(end === undefined && { ceil_mode: int(1) }),
    ...(window.dilation.some((step) => step !== 1) && { dilations: ints(window.dilation) }),
    ...(parts.includePadding === true && { count_include_pad: int(1) }),
  };
  if (x.sizes.length === count + 2) return call.emit(op, [x.value], attributes);
  const axes = call.emitter.ints([0]);
  return call.emit("Squeeze", [call.emit(op, [call.emit("Unsqueeze", [x.value, axes])], attributes), axes]);
}

function maxPool(count: number): Lowering {
  return (call) => {
    const result = pool(call, "MaxPool", { x: call.tensor("self"), window: windowOf(call, count) });
    return call.outputNames.map((_, index) => (index === 0 ? result : undefined));
  };
}

function averagePool(count: number): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const window = windowOf(call, count);
    if (call.has("divisor_override") && !call.isNone("divisor_override")) {
      return call.refuse('its argument "divisor_override" is given', "Use the average over the window.");
    }
    const padded = window.padding.some((size) => size > 0);
    const includePadding = padded && call.bool("count_include_pad");
    if (!includePadding || !call.bool("ceil_mode")) return pool(call, "AveragePool", { x, window, includePadding });
    // Zeros that count are added first; what rounding up adds after them does not count.
    const none = window.padding.map(() => 0);
    const pads = [...x.sizes.slice(count).map(() => 0), ...window.padding];
    const value = call.emit("Pad", [x.value, call.emitter.ints([...pads, ...pads]), call.emitter.scalar(0, x.dtype)]);
    const sizes = x.sizes.map((size, axis) => {
      const padding = pads[axis]!;
      return typeof size === "number"
        ? size + 2 * padding
        : padding === 0
          ? size
          : call.refuse("it rounds up on an axis of open size");
    });
    return pool(call, "AveragePool", { x: { ...x, value, sizes }, window: { ...window, padding: none } });
  };
}

/** The target of an adaptive pool: None keeps the axis. */
function adaptiveTarget(call: Call, x: Operand, count: number): { from: readonly Size[]; to: readonly Size[] } {
  return { from: x.sizes.slice(-count), to: call.output().sizes.slice(-count) };
}

/** Window j covers [⌊j · size / count⌋, ⌈(j + 1) · size / count⌉). */
function adaptiveWindows(size: number, count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, j) => [Math.floor((j * size) / count), Math.ceil(((j + 1) * size) / count)]);
}

function averageMatrix(size: number, count: number): Matrix {
  return adaptiveWindows(size, count).map(([start, end]) =>
    Array.from({ length: size }, (_, at) => (at >= start && at < end ? 1 / (end - start) : 0)),
  );
}

/** A pool whose windows all have one size, or `undefined`. */
function evenWindow(from: readonly Size[], to: readonly Size[]): Window | undefined {
  if (!areKnown(from) || !areKnown(to) || from.some((size, axis) => size % to[axis]! !== 0)) return undefined;
  const kernel = from.map((size, axis) => size / to[axis]!);
  return { kernel, stride: kernel, padding: kernel.map(() => 0), dilation: kernel.map(() => 1) };
}

function adaptiveAverage(count: number): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const { from, to } = adaptiveTarget(call, x, count);
    if (sameSizes(from, to)) return call.emit("Identity", [x.value]);
    if (to.every((size) => size === 1)) {
      return x.sizes.length === count + 2
        ? call.emit("GlobalAveragePool", [x.value])
        : call.emit("ReduceMean", [x.value], { axes: ints(from.map((_, axis) => axis - count)), keepdims: int(1) });
    }
    const even = evenWindow(from, to);
    if (even !== undefined) return pool(call, "AveragePool", { x, window: even });
    if (!areKnown(from) || !areKnown(to)) return call.refuse("it pools an axis of open size to several elements");
    const matrices = from.map((size, axis) => (size === to[axis] ? undefined : averageMatrix(size, to[axis]!)));
    return applyAxes(call.emitter, x, matrices);
  };
}

function adaptiveMaximum(count: number): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const { from, to } = adaptiveTarget(call, x, count);
    const others = call.outputNames.slice(1).map(() => undefined);
    if (to.every((size) => size === 1) && x.sizes.length === count + 2) {
      return [call.emit("GlobalMaxPool", [x.value]), ...others];
    }
    const even = evenWindow(from, to);
    if (even !== undefined) return [pool(call, "MaxPool", { x, window: even }), ...others];
    if (!areKnown(from) || !areKnown(to)) return call.refuse("it pools an axis of open size to several elements");
    let { value } = x;
    for (const [index, size] of from.entries()) {
      const axis = index - count;
      const pieces = adaptiveWindows(size, to[index]!).map(([start, end]) => {
        const piece = call.emit("Slice", [value, ...[start, end, axis].map((at) => call.emitter.ints([at]))]);
        return call.emit("ReduceMax", [piece], { axes: ints([axis]), keepdims: int(1) });
      });
      value = call.emit("Concat", pieces, { axis: int(axis) });
    }
    return [value, ...others];
  };
}

/** Pools. */
export const POOLING: Lowerings = {
  "max_pool1d.default": maxPool(1),
  "max_pool2d.default": maxPool(2),
  "max_pool3d.default": maxPool(3),
  "max_pool2d_with_indices.default": maxPool(2),
  "max_pool3d_with_indices.default": maxPool(3),
  "avg_pool1d.default": averagePool(1),
  "avg_pool2d.default": averagePool(2),
  "avg_pool3d.default": averagePool(3),
  "adaptive_avg_pool1d.default": adaptiveAverage(1),
  "adaptive_avg_pool2d.default": adaptiveAverage(2),
  "adaptive_avg_pool3d.default": adaptiveAverage(3),
  "_adaptive_avg_pool2d.default": adaptiveAverage(2),
  "_adaptive_avg_pool3d.default": adaptiveAverage(3),
  "adaptive_max_pool1d.default": adaptiveMaximum(1),
  "adaptive_max_pool2d.default": adaptiveMaximum(2),
  "adaptive_max_pool3d.default": adaptiveMaximum(3),
};
