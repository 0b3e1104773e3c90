import { readInt, readInts, readString } from "./attributes.ts";
import { MAX_WINDOW } from "./limits.ts";
import { nodeFormatError, nodeShapeError } from "./node-errors.ts";
import { type InferCall, inputType, opaqueDim } from "./operators/rule.ts";
import type { Dim, Node, TypedTensor } from "./types.ts";

/** A window that slides over the spatial axes: one entry per axis. */
export interface WindowAttributes {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after; `undefined` if `auto_pad` is SAME, which derives it from the input's size. */
  readonly pads: { readonly begin: readonly number[]; readonly end: readonly number[] } | undefined;
  readonly autoPad: "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";
}

/** Attributes that `readWindow` reads, and the kernel's size. */
export const WINDOW_ATTRIBUTES = {
  auto_pad: "string",
  dilations: "ints",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

const AUTO_PADS = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;

/** Checks a list of sizes with one entry per axis, or two. */
function checkSizes(
  node: Node<TypedTensor>,
  name: string,
  { values, count, least }: { readonly values: readonly number[]; readonly count: number; readonly least: number },
): readonly number[] {
  if (values.length !== count) {
    throw nodeShapeError(node, `attribute "${name}" has ${values.length} values; expected ${count}`);
  }
  for (const value of values) {
    if (!Number.isInteger(value) || value < least || value > MAX_WINDOW) {
      throw nodeFormatError(node, `attribute "${name}" has value ${value}; expected ${least} to ${MAX_WINDOW}`);
    }
  }
  return values;
}

/**
 * Reads `strides`, `dilations`, `pads` and `auto_pad` of Conv and the pools.
 *
 * @throws ShapeError when a list does not have one entry per axis.
 * @throws FormatError when a value is out of range.
 */
export function readWindow(node: Node<TypedTensor>, kernel: readonly number[]): WindowAttributes {
  const count = kernel.length;
  const read = (name: string, length: number, fallback: number): readonly number[] => {
    const values = readInts(node, name) ?? new Array<number>(length).fill(fallback);
    return checkSizes(node, name, { values, count: length, least: fallback });
  };
  const name = readString(node, "auto_pad", "NOTSET");
  const autoPad = AUTO_PADS.find((known) => known === name);
  if (autoPad === undefined) {
    throw nodeFormatError(node, `attribute "auto_pad" is "${name}"; expected ${AUTO_PADS.join(", ")}`);
  }
  // ONNX: with an auto_pad other than NOTSET, `pads` are not used.
  const given = read("pads", 2 * count, 0);
  const pads = autoPad === "VALID" ? given.map(() => 0) : given;
  return {
    kernel: checkSizes(node, "kernel_shape", { values: kernel, count, least: 1 }),
    strides: read("strides", count, 1),
    dilations: read("dilations", count, 1),
    pads: autoPad.startsWith("SAME") ? undefined : { begin: pads.slice(0, count), end: pads.slice(count) },
    autoPad,
  };
}

/** Computes the elements from the first to the last tap of the kernel on one axis. */
export function kernelExtent(window: WindowAttributes, axis: number): number {
  return (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
}

/** Computes the padding before and after one axis of a known size. */
export function axisPads(window: WindowAttributes, axis: number, size: number): readonly [number, number] {
  if (window.pads !== undefined) return [window.pads.begin[axis]!, window.pads.end[axis]!];
  const stride = window.strides[axis]!;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernelExtent(window, axis) - size);
  const half = Math.floor(total / 2);
  return window.autoPad === "SAME_UPPER" ? [half, total - half] : [total - half, half];
}

/**
 * Computes the output's sizes on the spatial axes of input 0 (ONNX operators Conv, MaxPool and AveragePool).
 *
 * With `ceil_mode`, a last window that would begin in the end padding is dropped, as in ONNX since opset 19 and in
 * PyTorch (`pooling_output_shape`).
 *
 * @throws ShapeError when no window fits.
 */
export function windowOutputs(call: InferCall, window: WindowAttributes): readonly Dim[] {
  const ceil = readInt(call.node, "ceil_mode", 0) !== 0;
  return inputType(call, 0)
    .shape.slice(2)
    .map((size, axis) => windowOutput(call, window, { axis, size, ceil }));
}

function windowOutput(
  call: InferCall,
  window: WindowAttributes,
  { axis, size, ceil }: { readonly axis: number; readonly size: Dim; readonly ceil: boolean },
): Dim {
  const stride = window.strides[axis]!;
  if (window.pads === undefined) return call.sizes.floorDivide(size, { add: stride - 1, divide: stride, plus: 0 });
  const extent = kernelExtent(window, axis);
  const begin = window.pads.begin[axis]!;
  const end = window.pads.end[axis]!;
  if (typeof size === "number" && size + begin + end < extent) {
    throw nodeShapeError(
      call.node,
      `axis ${axis} has size ${size} with padding ${begin} + ${end}, which the kernel's extent ${extent} exceeds`,
    );
  }
  const add = begin + end - extent;
  if (!ceil) return call.sizes.floorDivide(size, { add, divide: stride, plus: 1 });
  const output = call.sizes.floorDivide(size, { add: add + stride - 1, divide: stride, plus: 1 });
  // A symbolic size has no closed form if the last window may begin in the end padding.
  if (typeof size === "string") return stride + end <= extent ? output : opaqueDim(call, axis + 2);
  return ((output as number) - 1) * stride >= size + begin ? (output as number) - 1 : output;
}
