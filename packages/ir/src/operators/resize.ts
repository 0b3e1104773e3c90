import { formatShape, type Tensor } from "@samoyed/core";
import { readAttribute, readInts, readString } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import { integers, parameters } from "../tensor-numbers.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { readResizeMode, type ResizeMode } from "./resize-mode.ts";
import { type InferCall, inputType, opaqueDim, requireFloat, type RuleTable } from "./rule.ts";

/** Requested factor or size of each axis of a Resize. */
export interface ResizeRequest {
  readonly axes: readonly number[];
  readonly scales: readonly number[] | undefined;
  readonly sizes: readonly number[] | undefined;
  /** How sizes and the aspect ratio go together (opset 18): stretch, not_larger or not_smaller. */
  readonly policy: string;
  /** What is the same for every axis. */
  readonly mode: ResizeMode;
}

/** Positions of the inputs; Upsample and Resize before opset 11 have only scales. */
const SCALES = 2;

const SIZES = 3;

/** Whether a node takes scales alone: Upsample, and Resize before opset 11. */
export function hasScalesOnly(call: { readonly node: Node<TypedTensor>; readonly opset: number }): boolean {
  return call.node.op === "Upsample" || call.opset < 11;
}

function readAspectPolicy(node: Node<TypedTensor>): string {
  const policy = readString(node, "keep_aspect_ratio_policy", "stretch");
  if (!["stretch", "not_larger", "not_smaller"].includes(policy)) {
    throw nodeFormatError(
      node,
      `attribute "keep_aspect_ratio_policy" is "${policy}"; expected stretch, not_larger or not_smaller`,
    );
  }
  return policy;
}

/**
 * Reads scales or sizes; `undefined` if they are not known. `tensor` returns an input's elements.
 *
 * @throws FormatError when both are missing or the policy is unknown, ShapeError when their number is wrong.
 */
export function readResize(
  call: { readonly node: Node<TypedTensor>; readonly opset: number; readonly inputs: readonly unknown[] },
  rank: number,
  tensor: (index: number) => Tensor | undefined,
): ResizeRequest | undefined {
  const { node } = call;
  const axes = (readInts(node, "axes") ?? Array.from({ length: rank }, (_, axis) => axis)).map((axis) =>
    normalizeAxis(call.node, axis, rank),
  );
  const check = (values: readonly number[]): void => {
    if (values.length !== axes.length) {
      throw nodeShapeError(
        call.node,
        `${values.length} scales or sizes ${formatShape(values)}; expected ${axes.length}`,
      );
    }
    if (values.some((value) => !(value >= 0) || value === Infinity)) {
      throw nodeFormatError(call.node, `scales or sizes ${formatShape(values)} are not positive numbers`);
    }
  };
  const common = { axes, policy: readAspectPolicy(node), mode: readResizeMode(node, hasScalesOnly(call)) };
  const fixed = readAttribute(node, "scales", "floats");
  const [scaleInput, sizeInput] = hasScalesOnly(call) ? [1, undefined] : [SCALES, SIZES];
  if (sizeInput !== undefined && call.inputs[sizeInput] !== undefined) {
    const known = tensor(sizeInput);
    if (known === undefined) return undefined;
    const sizes = integers(known);
    check(sizes);
    return { ...common, scales: undefined, sizes };
  }
  if (fixed === undefined && call.inputs[scaleInput] === undefined)
    throw nodeFormatError(call.node, "it has neither scales nor sizes");
  const known = tensor(scaleInput);
  if (fixed === undefined && known === undefined) return undefined;
  const scales = fixed ?? Array.from(parameters(known!));
  check(scales);
  return { ...common, scales, sizes: undefined };
}

/** Scale and size of one axis. */
export interface ResizedAxis {
  readonly scale: number;
  readonly size: number;
}

/** Applies a request to an axis of known size; its policy may couple the axes. */
export function resizedAxis(request: ResizeRequest, shape: readonly number[], axis: number): ResizedAxis {
  const index = request.axes.indexOf(axis);
  const size = shape[axis]!;
  if (index < 0) return { scale: 1, size };
  if (request.scales !== undefined) {
    const scale = request.scales[index]!;
    return { scale, size: Math.floor(size * scale) };
  }
  const wanted = request.sizes!;
  if (request.policy === "stretch") return { scale: wanted[index]! / size, size: wanted[index]! };
  const scales = request.axes.map((at, position) => wanted[position]! / shape[at]!);
  const scale = request.policy === "not_larger" ? Math.min(...scales) : Math.max(...scales);
  return { scale, size: Math.floor(scale * size + 0.5) };
}

/** A symbolic size times a scale, rounded down, where it has a name: the scale is whole, or a power of two. */
function scaleDim(call: InferCall, dim: string, scale: number | undefined): Dim | undefined {
  if (scale === undefined || scale <= 0) return undefined;
  if (Number.isInteger(scale)) return call.sizes.multiply([dim, scale]);
  // Only the reciprocals of powers of two are exact, as the scale and as what it stands for.
  return Number.isInteger(Math.log2(scale))
    ? call.sizes.floorDivide(dim, { add: 0, divide: 1 / scale, plus: 0 })
    : undefined;
}

/** The sizes of all axes where they are computed in the graph, as for a symbolic batch. */
function computedSizes(call: InferCall): readonly Dim[] | undefined {
  if (hasScalesOnly(call) || call.inputs[SIZES] === undefined) return undefined;
  const sizes = call.dims(SIZES);
  const plain = readAspectPolicy(call.node) === "stretch" && readInts(call.node, "axes") === undefined;
  return plain && sizes?.length === inputType(call, 0).shape.length ? sizes : undefined;
}

function inferResize(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  if (readString(call.node, "mode", "nearest") !== "nearest") requireFloat(call, 0);
  const request = readResize(call, x.shape.length, (index) => call.constant(index));
  const computed = request === undefined ? computedSizes(call) : undefined;
  const shape = x.shape.map((dim, axis): Dim => {
    if (request === undefined) return computed?.[axis] ?? opaqueDim(call, axis);
    const index = request.axes.indexOf(axis);
    if (index < 0 || request.scales?.[index] === 1) return dim;
    const scaled = typeof dim === "string" ? scaleDim(call, dim, request.scales?.[index]) : undefined;
    if (scaled !== undefined) return scaled;
    if (request.sizes !== undefined && request.policy === "stretch") return request.sizes[index]!;
    // A policy depends on all axes, so all must be known.
    const known = x.shape.map((size) => (typeof size === "number" ? size : Number.NaN));
    const { size } = resizedAxis(request, known, axis);
    return Number.isNaN(size) ? opaqueDim(call, axis) : size;
  });
  return [{ dtype: x.dtype, shape }];
}

/** Resizing of images (onnx/docs/Operators.md, Resize and Upsample). */
export const RESIZE: RuleTable = {
  Resize: {
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
  },
  Upsample: { since: 7, inputs: [1, 2], attributes: { mode: "string", scales: "floats" }, infer: inferResize },
};
