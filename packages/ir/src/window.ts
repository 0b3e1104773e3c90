import { formatShape } from "@samoyed/core";
import { readInts, readString } from "./attributes.ts";
import { floorDivide } from "./dims.ts";
import { MAX_WINDOW } from "./limits.ts";
import { nodeFormatError, nodeShapeError } from "./node-errors.ts";
import type { Dim, Node, TypedTensor } from "./types.ts";

/** How a window slides over the spatial axes: one entry per axis. */
export interface WindowAttributes {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `undefined` where `auto_pad` derives them from the input's size. */
  readonly pads: { readonly begin: readonly number[]; readonly end: readonly number[] } | undefined;
  readonly autoPad: "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";
}

/** The attributes that `readWindow` reads, and the kernel's size. */
export const WINDOW_ATTRIBUTES = {
  auto_pad: "string",
  dilations: "ints",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

const AUTO_PADS = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;

function perAxis(
  node: Node<TypedTensor>,
  name: string,
  count: number,
  limits: { fallback: number; least: number },
): readonly number[] {
  const values = readInts(node, name) ?? new Array<number>(count).fill(limits.fallback);
  if (values.length !== count) {
    throw nodeShapeError(node, `attribute "${name}" has ${values.length} values; expected ${count}`);
  }
  for (const value of values) {
    if (!Number.isInteger(value) || value < limits.least || value > MAX_WINDOW) {
      throw nodeFormatError(node, `attribute "${name}" has value ${value}; expected ${limits.least} to ${MAX_WINDOW}`);
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
export function readWindow(node: Node<TypedTensor>, kernel: readonly number[]): WindowAttributes {
  const count = kernel.length;
  for (const size of kernel) {
    if (!Number.isInteger(size) || size < 1 || size > MAX_WINDOW) {
      throw nodeFormatError(node, `kernel ${formatShape(kernel)} has size ${size}; expected 1 to ${MAX_WINDOW}`);
    }
  }
  const name = readString(node, "auto_pad", "NOTSET");
  const autoPad = AUTO_PADS.find((known) => known === name);
  if (autoPad === undefined) {
    throw nodeFormatError(node, `attribute "auto_pad" is "${name}"; expected ${AUTO_PADS.join(", ")}`);
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
export function kernelExtent(window: WindowAttributes, axis: number): number {
  return (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
}

/** Padding before and after one axis of a known size. */
export function axisPads(window: WindowAttributes, axis: number, size: number): readonly [number, number] {
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
  window: WindowAttributes,
  axis: number,
  size: Dim,
  options: { node: Node<TypedTensor>; ceil: boolean; opaque: string },
): Dim {
  const stride = window.strides[axis]!;
  const extent = kernelExtent(window, axis);
  if (window.autoPad === "SAME_UPPER" || window.autoPad === "SAME_LOWER") {
    return floorDivide(size, { add: stride - 1, divide: stride, plus: 0 });
  }
  const [begin, end] = typeof size === "number" ? axisPads(window, axis, size) : axisPads(window, axis, 0);
  if (typeof size === "number" && size + begin + end < extent) {
    throw nodeShapeError(
      options.node,
      `axis ${axis} has size ${size} with padding ${begin} + ${end}, which the kernel's extent ${extent} exceeds`,
    );
  }
  if (!options.ceil) return floorDivide(size, { add: begin + end - extent, divide: stride, plus: 1 });
  const output = floorDivide(size, { add: begin + end - extent + stride - 1, divide: stride, plus: 1 });
  if (typeof size === "string") return stride + end <= extent ? output : options.opaque;
  return ((output as number) - 1) * stride >= size + begin ? (output as number) - 1 : output;
}
