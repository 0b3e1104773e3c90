import { UnsupportedError } from "@samoyed/core";
import { nodeFormatError } from "../node-errors.ts";
import type { Node, TypedTensor } from "../types.ts";

/** Parameters of resizing one axis; the names are those of Resize's attributes. */
export interface AxisResize {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** Begin and end of the region of interest, as fractions of the input's size minus one. */
  readonly region: readonly [number, number];
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
  readonly extrapolation: number;
}

interface Tap {
  readonly index: number;
  readonly weight: number;
}

/** For each output position, the weighted input positions of its sum, or its value as a number. */
export type AxisWeights = readonly (readonly Tap[] | number)[];

type Coordinate = (position: number, axis: AxisResize) => number;

/** Position of an output position in the input (onnx/docs/Operators.md, Resize, coordinate_transformation_mode). */
const COORDINATES: ReadonlyMap<string, Coordinate> = new Map<string, Coordinate>([
  ["half_pixel", (x, { scale }) => (x + 0.5) / scale - 0.5],
  [
    "half_pixel_symmetric",
    (x, { scale, from, to }) => (from / 2) * (1 - to / (scale * from)) + (x + 0.5) / scale - 0.5,
  ],
  ["pytorch_half_pixel", (x, { scale, from }) => (scale * from === 1 ? -0.5 : (x + 0.5) / scale - 0.5)],
  ["align_corners", (x, { scale, from }) => (scale * from === 1 ? 0 : (x * (from - 1)) / (scale * from - 1))],
  ["asymmetric", (x, { scale }) => x / scale],
  // Only in opset 11.
  ["tf_half_pixel_for_nn", (x, { scale }) => (x + 0.5) / scale],
  [
    "tf_crop_and_resize",
    (x, { scale, from, region: [begin, end] }) => {
      const length = scale * from;
      const inside = length === 1 ? ((end - begin) * (from - 1)) / 2 : (x * (end - begin) * (from - 1)) / (length - 1);
      return begin * (from - 1) + inside;
    },
  ],
]);

const NEAREST: ReadonlyMap<string, (x: number) => number> = new Map([
  ["round_prefer_floor", (x: number) => Math.ceil(x - 0.5)],
  ["round_prefer_ceil", (x: number) => Math.floor(x + 0.5)],
  ["floor", Math.floor],
  ["ceil", Math.ceil],
]);

/** The cubic convolution kernel (Keys 1981) with parameter a. */
function cubicKernel(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Widest kernel on one side: images shrink by less. */
const MAX_SUPPORT = 1 << 16;

function interpolate(x: number, axis: AxisResize): readonly Tap[] {
  // Shrinking with antialias widens the kernel, so that every input position contributes.
  const stretch = axis.antialias ? Math.min(axis.scale, 1) : 1;
  const support = (axis.mode === "cubic" ? 2 : 1) / stretch;
  if (!(support <= MAX_SUPPORT)) {
    throw new UnsupportedError(`resizing ${axis.from} elements to ${axis.to} with antialias needs too wide a kernel`);
  }
  const taps: Tap[] = [];
  for (let index = Math.ceil(x - support); index <= Math.floor(x + support); index++) {
    const distance = (index - x) * stretch;
    const weight = axis.mode === "cubic" ? cubicKernel(distance, axis.cubic) : Math.max(0, 1 - Math.abs(distance));
    taps.push({ index, weight });
  }
  const counted = axis.excludeOutside ? taps.filter(({ index }) => index >= 0 && index < axis.from) : taps;
  const total = axis.excludeOutside || axis.antialias ? counted.reduce((sum, { weight }) => sum + weight, 0) : 1;
  return counted.map(({ index, weight }) => ({
    index: Math.max(0, Math.min(axis.from - 1, index)),
    weight: weight / total,
  }));
}

/**
 * Computes the weights with which one axis is resized.
 *
 * @throws FormatError for a mode that ONNX does not have.
 */
export function resizeWeights(call: { readonly node: Node<TypedTensor> }, axis: AxisResize): AxisWeights {
  const coordinate = COORDINATES.get(axis.coordinates);
  const nearest = NEAREST.get(axis.nearest);
  if (coordinate === undefined || nearest === undefined || !["nearest", "linear", "cubic"].includes(axis.mode)) {
    throw nodeFormatError(
      call.node,
      `mode "${axis.mode}", "${axis.coordinates}", "${axis.nearest}" is not a combination that Resize has`,
    );
  }
  return Array.from({ length: axis.to }, (_, position) => {
    const x = coordinate(position, axis);
    if (axis.coordinates === "tf_crop_and_resize" && (x < 0 || x > axis.from - 1)) return axis.extrapolation;
    if (axis.mode !== "nearest") return interpolate(x, axis);
    return [{ index: Math.max(0, Math.min(axis.from - 1, nearest(x))), weight: 1 }];
  });
}
