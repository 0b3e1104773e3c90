import type { SmydNode } from "@samoyed/smyd-file";
import { MAX_WINDOW } from "./limits.ts";
import { malformed, misfit, readInts, readString } from "./node.ts";

/** Height and width. */
export type Pair = readonly [number, number];

/** How a window (of a convolution or a pool) slides over an image. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Padding above and left, and below and right. */
  readonly begin: Pair;
  readonly end: Pair;
  /** The output's size. */
  readonly output: Pair;
}

const AUTO_PADS = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"];

/** One axis or two as height and width: a signal is an image of height 1. */
function toPair(values: readonly number[], missing: number): Pair {
  return values.length === 1 ? [missing, values[0]!] : [values[0]!, values[1]!];
}

function readList(node: SmydNode, name: string, limits: { count: number; fallback: number; least: number }): number[] {
  const { count, fallback, least } = limits;
  const values = readInts(node, name) ?? new Array<number>(count).fill(fallback);
  if (values.length !== count) throw misfit(node, `"${name}" has ${values.length} values; expected ${count}`);
  const wrong = values.find((value) => !Number.isInteger(value) || value < least || value > MAX_WINDOW);
  if (wrong !== undefined) throw malformed(node, `"${name}" holds ${wrong}; expected ${least} to ${MAX_WINDOW}`);
  return [...values];
}

/** `strides`, `dilations`, `pads` and `auto_pad` of a node, before the size of its input is known. */
interface Attributes {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly begin: Pair;
  readonly end: Pair;
  readonly autoPad: string;
}

function readAttributes(node: SmydNode, kernel: readonly number[]): Attributes {
  const count = kernel.length;
  const wrong = kernel.find((size) => !Number.isInteger(size) || size < 1 || size > MAX_WINDOW);
  if (wrong !== undefined) throw malformed(node, `its kernel has size ${wrong}; expected 1 to ${MAX_WINDOW}`);
  const autoPad = readString(node, "auto_pad", "NOTSET");
  if (!AUTO_PADS.includes(autoPad)) {
    throw malformed(node, `"auto_pad" is ${JSON.stringify(autoPad)}; expected ${AUTO_PADS.join(", ")}`);
  }
  const pads = readList(node, "pads", { count: 2 * count, fallback: 0, least: 0 });
  // ONNX: with any other auto_pad, `pads` are not used.
  if (autoPad !== "NOTSET") pads.fill(0);
  return {
    kernel: toPair(kernel, 1),
    strides: toPair(readList(node, "strides", { count, fallback: 1, least: 1 }), 1),
    dilations: toPair(readList(node, "dilations", { count, fallback: 1, least: 1 }), 1),
    begin: toPair(pads.slice(0, count), 0),
    end: toPair(pads.slice(count), 0),
    autoPad,
  };
}

/** Elements from the first to the last tap of the kernel on an axis. */
function extentOf({ kernel, dilations }: Attributes, axis: 0 | 1): number {
  return (kernel[axis] - 1) * dilations[axis] + 1;
}

/**
 * The padding on any side that a convolution may need; exact but for SAME, where it depends on the image.
 *
 * @throws FormatError or ShapeError for attributes that mean nothing.
 */
export function largestPadding(node: SmydNode, kernel: readonly number[]): number {
  const attributes = readAttributes(node, kernel);
  if (attributes.autoPad.startsWith("SAME")) return Math.max(extentOf(attributes, 0), extentOf(attributes, 1)) - 1;
  return Math.max(...attributes.begin, ...attributes.end);
}

/**
 * A node's window over an image of `size` (height, width), with one or two axes in its attributes.
 *
 * Sizes follow ONNX's Conv, MaxPool and AveragePool; with `ceil`, a last window that would begin in the end padding is
 * dropped, as ONNX has it since opset 19 and PyTorch always (`pooling_output_shape`).
 *
 * @throws ShapeError when not a single window fits, FormatError for attributes that mean nothing.
 */
export function readWindow(
  node: SmydNode,
  kernel: readonly number[],
  { size, ceil = false }: { readonly size: Pair; readonly ceil?: boolean },
): Window {
  const attributes = readAttributes(node, kernel);
  const axes = [0, 1] as const;
  const sides = axes.map((axis) => axisWindow(node, attributes, { axis, size: size[axis], ceil }));
  const pair = (of: (side: AxisWindow) => number): Pair => [of(sides[0]!), of(sides[1]!)];
  return {
    kernel: attributes.kernel,
    strides: attributes.strides,
    dilations: attributes.dilations,
    begin: pair((side) => side.begin),
    end: pair((side) => side.end),
    output: pair((side) => side.output),
  };
}

interface AxisWindow {
  readonly begin: number;
  readonly end: number;
  readonly output: number;
}

function axisWindow(
  node: SmydNode,
  attributes: Attributes,
  { axis, size, ceil }: { readonly axis: 0 | 1; readonly size: number; readonly ceil: boolean },
): AxisWindow {
  const extent = extentOf(attributes, axis);
  const stride = attributes.strides[axis];
  if (attributes.autoPad.startsWith("SAME")) {
    const output = Math.ceil(size / stride);
    const total = Math.max(0, (output - 1) * stride + extent - size);
    const half = Math.floor(total / 2);
    return attributes.autoPad === "SAME_UPPER"
      ? { begin: half, end: total - half, output }
      : { begin: total - half, end: half, output };
  }
  const begin = attributes.begin[axis];
  const end = attributes.end[axis];
  const room = size + begin + end - extent;
  if (room < 0) {
    throw misfit(node, `a size of ${size} with padding ${begin} + ${end} is less than the kernel's extent ${extent}`);
  }
  if (!ceil) return { begin, end, output: Math.floor(room / stride) + 1 };
  const output = Math.ceil(room / stride) + 1;
  return { begin, end, output: (output - 1) * stride >= size + begin ? output - 1 : output };
}
