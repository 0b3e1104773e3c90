import { formatShape, sameShape, type Tensor } from "@samoyed/core";
import { readAttribute, readFloat, readInt, readInts, readString } from "../attributes.ts";
import type { Dim, Node } from "../ir.ts";
import { integers, numbers, tensorOf } from "./elements.ts";
import { type AxisWeights, resizeWeights } from "./resize-weights.ts";
import {
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  misfit,
  normalizeAxis,
  opaqueDim,
  type Operator,
  outputType,
  requireFloat,
  type ValueType,
} from "./operator.ts";
import { aroundAxis } from "./positions.ts";

/** What Resize is asked for, by axis: a factor, or a size. */
interface Request {
  readonly axes: readonly number[];
  readonly scales: readonly number[] | undefined;
  readonly sizes: readonly number[] | undefined;
}

/** Positions of the inputs; Upsample and Resize before opset 11 have only scales. */
const SCALES = 2;
const SIZES = 3;

function isOld(call: { readonly node: Node; readonly opset: number }): boolean {
  return call.node.op === "Upsample" || call.opset < 11;
}

/**
 * Reads scales or sizes; `undefined` when they are not known. `tensor` gives an input's elements.
 *
 * @throws FormatError when neither is there, ShapeError when their number does not fit.
 */
function readRequest(
  call: { readonly node: Node; readonly opset: number; readonly inputs: readonly unknown[] },
  rank: number,
  tensor: (index: number) => Tensor | undefined,
): Request | undefined {
  const { node } = call;
  const axes = (readInts(node, "axes") ?? Array.from({ length: rank }, (_, axis) => axis)).map((axis) =>
    normalizeAxis(call, axis, rank),
  );
  const check = (values: readonly number[]): void => {
    if (values.length !== axes.length) {
      throw misfit(call, `${values.length} scales or sizes ${formatShape(values)}; expected ${axes.length}`);
    }
    if (values.some((value) => !(value >= 0) || value === Infinity)) {
      throw malformed(call, `scales or sizes ${formatShape(values)} are no positive numbers`);
    }
  };
  const fixed = readAttribute(node, "scales", "floats");
  const [scaleInput, sizeInput] = isOld(call) ? [1, undefined] : [SCALES, SIZES];
  if (sizeInput !== undefined && call.inputs[sizeInput] !== undefined) {
    const known = tensor(sizeInput);
    if (known === undefined) return undefined;
    const sizes = integers(known);
    check(sizes);
    return { axes, scales: undefined, sizes };
  }
  if (fixed === undefined && call.inputs[scaleInput] === undefined)
    throw malformed(call, "it has neither scales nor sizes");
  const known = tensor(scaleInput);
  if (fixed === undefined && known === undefined) return undefined;
  const scales = fixed ?? Array.from(numbers(known!));
  check(scales);
  return { axes, scales, sizes: undefined };
}

/** Scale and size of one axis. */
interface AxisResult {
  readonly scale: number;
  readonly size: number;
}

/** Applies a request to an axis of known size; `policy` may couple the axes (opset 18, keep_aspect_ratio_policy). */
function resolveAxis(request: Request, shape: readonly number[], axis: number, policy: string): AxisResult {
  const index = request.axes.indexOf(axis);
  const size = shape[axis]!;
  if (index < 0) return { scale: 1, size };
  if (request.scales !== undefined) {
    const scale = request.scales[index]!;
    return { scale, size: Math.floor(size * scale) };
  }
  const wanted = request.sizes!;
  if (policy === "stretch") return { scale: wanted[index]! / size, size: wanted[index]! };
  const scales = request.axes.map((at, position) => wanted[position]! / shape[at]!);
  const scale = policy === "not_larger" ? Math.min(...scales) : Math.max(...scales);
  return { scale, size: Math.floor(scale * size + 0.5) };
}

function readPolicy(call: { readonly node: Node }): string {
  const policy = readString(call.node, "keep_aspect_ratio_policy", "stretch");
  if (!["stretch", "not_larger", "not_smaller"].includes(policy)) {
    throw malformed(
      call,
      `attribute "keep_aspect_ratio_policy" is "${policy}"; expected stretch, not_larger or not_smaller`,
    );
  }
  return policy;
}

function inferResize(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  if (readString(call.node, "mode", "nearest") !== "nearest") requireFloat(call, 0);
  const policy = readPolicy(call);
  const request = readRequest(call, x.shape.length, (index) => call.constant(index));
  const shape = x.shape.map((dim, axis): Dim => {
    if (request === undefined) return opaqueDim(call, axis);
    const index = request.axes.indexOf(axis);
    if (index < 0 || request.scales?.[index] === 1) return dim;
    if (request.sizes !== undefined && policy === "stretch") return request.sizes[index]!;
    // A policy looks at all axes, so all must be known.
    const known = x.shape.map((size) => (typeof size === "number" ? size : Number.NaN));
    const { size } = resolveAxis(request, known, axis, policy);
    return Number.isNaN(size) ? opaqueDim(call, axis) : size;
  });
  return [{ dtype: x.dtype, shape }];
}

/** The region of interest per axis, as fractions of the input: only tf_crop_and_resize looks at it. */
function readRegion(call: InterpretCall, request: Request, axis: number): readonly [number, number] {
  const region = isOld(call) || call.inputs[1] === undefined ? [] : numbers(call.inputs[1]);
  const index = request.axes.indexOf(axis);
  const count = request.axes.length;
  return region.length === 2 * count && index >= 0 ? [region[index]!, region[index + count]!] : [0, 1];
}

/** Resizes one axis: every output position is a weighted sum of input positions. */
function resizeAxis(values: Float64Array, shape: readonly number[], axis: number, weights: AxisWeights): Float64Array {
  const { outer, size, inner } = aroundAxis(shape, axis);
  const result = new Float64Array(outer * weights.length * inner);
  for (let block = 0; block < outer; block++) {
    for (const [position, taps] of weights.entries()) {
      for (let lane = 0; lane < inner; lane++) {
        let sum = 0;
        if (typeof taps === "number") sum = taps;
        else for (const { index, weight } of taps) sum += values[(block * size + index) * inner + lane]! * weight;
        result[(block * weights.length + position) * inner + lane] = sum;
      }
    }
  }
  return result;
}

/** Resize and Upsample: one axis after another (onnx/docs/Operators.md, Resize: N-linear and N-cubic are separable). */
function interpretResize(call: InterpretCall): readonly Tensor[] {
  const { node } = call;
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const request = readRequest(call, x.shape.length, (index) => call.inputs[index]);
  if (request === undefined) throw malformed(call, "scales and sizes are not known");
  const old = isOld(call);
  const shape = [...x.shape];
  let values: Float64Array = Float64Array.from(numbers(x));
  for (const axis of request.axes) {
    const { scale, size } = resolveAxis(request, x.shape, axis, readPolicy(call));
    const coordinates = readString(node, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
    if (scale === 1 && size === shape[axis] && coordinates !== "tf_crop_and_resize") continue;
    const weights = resizeWeights(call, {
      from: shape[axis]!,
      to: size,
      scale,
      region: readRegion(call, request, axis),
      mode: readString(node, "mode", "nearest"),
      coordinates,
      nearest: readString(node, "nearest_mode", old ? "floor" : "round_prefer_floor"),
      cubic: readFloat(node, "cubic_coeff_a", -0.75),
      excludeOutside: readInt(node, "exclude_outside", 0) !== 0,
      antialias: readInt(node, "antialias", 0) !== 0,
      extrapolation: readFloat(node, "extrapolation_value", 0),
    });
    values = resizeAxis(values, shape, axis, weights);
    shape[axis] = size;
  }
  if (!sameShape(shape, type.shape))
    throw misfit(call, `${formatShape(shape)} was computed, ${formatShape(type.shape)} inferred`);
  return [tensorOf(type, values)];
}

/** Changing the size of images. */
export const RESIZE: readonly Operator[] = [
  {
    op: "Resize",
    since: 10,
    inputs: [2, 4],
    attributes: {
      antialias: "int",
      axes: "ints",
      coordinate_transformation_mode: "string",
      cubic_coeff_a: "float",
      exclude_outside: "int",
      extrapolation_value: "float",
      keep_aspect_ratio_policy: "string",
      mode: "string",
      nearest_mode: "string",
    },
    infer: inferResize,
    interpret: interpretResize,
  },
  {
    op: "Upsample",
    since: 7,
    inputs: [1, 2],
    attributes: { mode: "string", scales: "floats" },
    infer: inferResize,
    interpret: interpretResize,
  },
];
