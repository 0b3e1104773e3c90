import { elementCount, formatShape, type Shape, UnsupportedError } from "@samoyed/core";
import { readInts, readString } from "../attributes.ts";
import { floorDivide } from "../dims.ts";
import type { Dim, Node } from "../ir.ts";
import { malformed, misfit } from "./operator.ts";

/** How a window slides over the spatial axes: one entry per axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `undefined` where `auto_pad` derives them from the input's size. */
  readonly pads: { readonly begin: readonly number[]; readonly end: readonly number[] } | undefined;
  readonly autoPad: "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";
}

/** Largest kernel, stride, dilation or padding: far above any network's, far below where products stop being exact. */
export const MAX_WINDOW: number = 1 << 20;

const AUTO_PADS = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;

function perAxis(
  node: Node,
  name: string,
  count: number,
  limits: { fallback: number; least: number },
): readonly number[] {
  const values = readInts(node, name) ?? new Array<number>(count).fill(limits.fallback);
  if (values.length !== count) {
    throw misfit({ node }, `attribute "${name}" has ${values.length} values; expected ${count}`);
  }
  for (const value of values) {
    if (!Number.isInteger(value) || value < limits.least || value > MAX_WINDOW) {
      throw malformed({ node }, `attribute "${name}" has value ${value}; expected ${limits.least} to ${MAX_WINDOW}`);
    }
  }
  return values;
}

/**
 * Reads `strides`, `dilations`, `pads` and `auto_pad` as Conv and the pools have them.
 *
 * @throws ShapeError when a list does not have one entry per axis.
 * @throws FormatError when a value is out of range.
 */
export function readWindow(node: Node, kernel: readonly number[]): Window {
  const count = kernel.length;
  for (const size of kernel) {
    if (!Number.isInteger(size) || size < 1 || size > MAX_WINDOW) {
      throw malformed({ node }, `kernel ${formatShape(kernel)} has size ${size}; expected 1 to ${MAX_WINDOW}`);
    }
  }
  const name = readString(node, "auto_pad", "NOTSET");
  const autoPad = AUTO_PADS.find((known) => known === name);
  if (autoPad === undefined) {
    throw malformed({ node }, `attribute "auto_pad" is "${name}"; expected ${AUTO_PADS.join(", ")}`);
  }
  const pads = perAxis(node, "pads", 2 * count, { fallback: 0, least: 0 });
  return {
    kernel,
    strides: perAxis(node, "strides", count, { fallback: 1, least: 1 }),
    dilations: perAxis(node, "dilations", count, { fallback: 1, least: 1 }),
    // ONNX: with any other auto_pad, `pads` are not used.
    pads: autoPad === "NOTSET" ? { begin: pads.slice(0, count), end: pads.slice(count) } : undefined,
    autoPad,
  };
}

/** Elements from the first to the last tap of the kernel on one axis. */
export function kernelExtent(window: Window, axis: number): number {
  return (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
}

/** Padding before and after one axis of a known size. */
export function axisPads(window: Window, axis: number, size: number): readonly [number, number] {
  if (window.pads !== undefined) return [window.pads.begin[axis]!, window.pads.end[axis]!];
  if (window.autoPad === "VALID") return [0, 0];
  const stride = window.strides[axis]!;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernelExtent(window, axis) - size);
  const half = Math.floor(total / 2);
  return window.autoPad === "SAME_UPPER" ? [half, total - half] : [total - half, half];
}

/**
 * The output's size on one axis (ONNX operators Conv, MaxPool and AveragePool); `opaque` names a symbolic size that
 * has no closed form.
 *
 * With `ceil`, a last window that would begin in the end padding is dropped, as ONNX specifies since its opset 19 text
 * and as PyTorch does (`pooling_output_shape`).
 *
 * @throws ShapeError when not a single window fits.
 */
export function windowOutput(
  window: Window,
  axis: number,
  size: Dim,
  options: { node: Node; ceil: boolean; opaque: string },
): Dim {
  const stride = window.strides[axis]!;
  const extent = kernelExtent(window, axis);
  if (window.autoPad === "SAME_UPPER" || window.autoPad === "SAME_LOWER") {
    return floorDivide(size, { add: stride - 1, divide: stride, plus: 0 });
  }
  const [begin, end] = typeof size === "number" ? axisPads(window, axis, size) : axisPads(window, axis, 0);
  if (typeof size === "number" && size + begin + end < extent) {
    throw misfit(
      options,
      `axis ${axis} has size ${size} with padding ${begin} + ${end}, which the kernel's extent ${extent} exceeds`,
    );
  }
  if (!options.ceil) return floorDivide(size, { add: begin + end - extent, divide: stride, plus: 1 });
  const output = floorDivide(size, { add: begin + end - extent + stride - 1, divide: stride, plus: 1 });
  if (typeof size === "string") return stride + end <= extent ? output : options.opaque;
  return ((output as number) - 1) * stride >= size + begin ? (output as number) - 1 : output;
}

/** Most taps of all windows over one channel: twenty times what a 7 × 7 kernel has over a 512 × 512 image. */
export const MAX_TAPS: number = 2 ** 28;

/** A tap of a window that falls into the padding. */
export const PADDING = -1;
/** A tap that falls beyond the padding, as the last window may with `ceil_mode`. */
export const BEYOND: number = -2;

/**
 * Where each tap of each window falls: for every output position (row-major over the spatial axes) the offsets of all
 * taps (row-major over the kernel) within one channel's plane, or `PADDING` or `BEYOND`.
 */
export function windowTaps(window: Window, input: Shape, output: Shape): readonly Int32Array[] {
  const count = elementCount(output) * elementCount(window.kernel);
  if (count > MAX_TAPS) {
    throw new UnsupportedError(`the interpreter would need ${count} window taps; expected at most ${MAX_TAPS}`);
  }
  let taps: readonly Int32Array[] = [new Int32Array(1)];
  for (const [axis, size] of input.entries()) {
    const [begin, end] = axisPads(window, axis, size);
    const next: Int32Array[] = [];
    for (const base of taps) {
      for (let out = 0; out < output[axis]!; out++) next.push(extend(base, out * window.strides[axis]! - begin));
    }
    taps = next;

    function extend(base: Int32Array, start: number): Int32Array {
      const count = window.kernel[axis]!;
      const result = new Int32Array(base.length * count);
      for (const [index, offset] of base.entries()) {
        for (let tap = 0; tap < count; tap++) {
          const position = start + tap * window.dilations[axis]!;
          const beyond = position < -begin || position >= size + end;
          const place = beyond ? BEYOND : position < 0 || position >= size ? PADDING : position;
          result[index * count + tap] =
            offset < 0 || place < 0 ? Math.min(offset, place, PADDING) : offset * size + place;
        }
      }
      return result;
    }
  }
  return taps;
}
