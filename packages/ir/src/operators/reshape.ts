import { formatShape, type Shape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { isKnown, sizesDiffer } from "../compare-dims.ts";
import { MAX_RANK } from "../limits.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inferSameType,
  inputType,
  opaqueDim,
  type OperatorRule,
  requireDType,
  type RuleTable,
} from "./rule.ts";

/** Copies the input's sizes in place of zeros; at most one -1 is left. */
function copySizes<D extends Dim>(node: Node<TypedTensor>, from: readonly D[], target: readonly D[]): D[] {
  const keepsZeros = readInt(node, "allowzero", 0) !== 0;
  const shape = target.map((dim, axis): D => {
    if (dim !== 0 || keepsZeros) return dim;
    const copied = from[axis];
    if (copied !== undefined) return copied;
    throw nodeShapeError(
      node,
      `shape ${formatShape(target)} copies axis ${axis}, which input 0 ${formatShape(from)} lacks`,
    );
  });
  const open = shape.filter((dim) => dim === -1).length;
  if (open > 1 || shape.some((dim) => typeof dim === "number" && dim < -1)) {
    throw nodeFormatError(node, `shape ${formatShape(target)}; expected sizes of 0 or more and at most one -1`);
  }
  return shape;
}

/**
 * Computes the shape of a Reshape if all sizes are known: 0 copies the input's size, -1 is the remaining size.
 *
 * @throws ShapeError when the number of elements does not match, FormatError when the target is malformed.
 */
export function reshapedShape(node: Node<TypedTensor>, from: Shape, target: Shape): Shape {
  const shape = copySizes(node, from, target);
  const open = shape.indexOf(-1);
  const count = product(from);
  if (open >= 0) {
    const rest = product(shape.toSpliced(open, 1));
    shape[open] = count === 0 && rest === 0 ? 0 : count / rest;
  }
  if (!Number.isInteger(shape[open] ?? 0) || product(shape) !== count) {
    throw nodeShapeError(
      node,
      `input 0 ${formatShape(from)} has ${count} elements, which shape ${formatShape(target)} does not`,
    );
  }
  return shape;
}

function product(sizes: readonly Dim[]): number {
  return sizes.reduce<number>((count, dim) => (typeof dim === "number" ? count * dim : count), 1);
}

/** Computes the size for -1: the remaining elements of the input. */
function remainder(call: InferCall, rest: readonly Dim[], axis: number): Dim {
  const { shape } = inputType(call, 0);
  if (!isKnown(shape) || !isKnown(rest)) return call.sizes.divide(shape, rest) ?? opaqueDim(call, axis);
  const [count, known] = [product(shape), product(rest)];
  const size = count === 0 && known === 0 ? 0 : count / known;
  if (!Number.isInteger(size))
    throw nodeShapeError(call.node, `${describeInput(call, 0)} does not fit ${formatShape(rest)} × -1`);
  return size;
}

function inferReshape(call: InferCall): readonly (ValueType | undefined)[] {
  requireDType(call, 1, ["int64"]);
  const { dtype, shape: from } = inputType(call, 0);
  const target = call.dims(1);
  if (target === undefined) {
    const length = inputType(call, 1).shape[0];
    // A rank that no value may have is refused elsewhere, before anything of that length is allocated.
    if (typeof length !== "number" || length > MAX_RANK) return [undefined];
    return [{ dtype, shape: Array.from({ length }, (_, axis) => opaqueDim(call, axis)) }];
  }
  if (isKnown(from) && isKnown(target)) return [{ dtype, shape: reshapedShape(call.node, from, target) }];
  const shape = copySizes(call.node, from, target);
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = remainder(call, shape.toSpliced(open, 1), open);
  return [{ dtype, shape }];
}

/**
 * Reads the axis at which a Flatten divides the shape in two; `rank` for the end.
 *
 * @throws ShapeError when it is outside [-rank, rank].
 */
export function readFlattenAxis(node: Node<TypedTensor>, rank: number): number {
  const axis = readInt(node, "axis", 1);
  return axis === rank ? rank : normalizeAxis(node, axis, Math.max(rank, 1));
}

function inferFlatten(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const axis = readFlattenAxis(call.node, x.shape.length);
  const rows = call.sizes.multiply(x.shape.slice(0, axis)) ?? opaqueDim(call, 0);
  const columns = call.sizes.multiply(x.shape.slice(axis)) ?? opaqueDim(call, 1);
  return [{ dtype: x.dtype, shape: [rows, columns] }];
}

/**
 * Reads the axes of a Squeeze or Unsqueeze: an attribute before opset 13, an input since; `null` if neither is given,
 * `undefined` if the input is not known.
 */
export function readSqueezeAxes(call: InferCall): readonly number[] | null | undefined {
  if (call.opset < 13) return readInts(call.node, "axes") ?? null;
  return call.inputs[1] === undefined ? null : constantInts(call, 1);
}

function inferSqueeze(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const given = readSqueezeAxes(call);
  if (given === undefined) return [undefined];
  if (given === null && x.shape.some((dim) => typeof dim === "string")) return [undefined];
  const axes = new Set(
    given === null
      ? [...x.shape.keys()].filter((axis) => x.shape[axis] === 1)
      : given.map((axis) => normalizeAxis(call.node, axis, x.shape.length)),
  );
  for (const axis of axes) {
    const size = x.shape[axis]!;
    if (sizesDiffer(size, 1)) {
      throw nodeShapeError(
        call.node,
        `${describeInput(call, 0)} has size ${size} on squeezed axis ${axis}; expected 1`,
      );
    }
  }
  return [{ dtype: x.dtype, shape: x.shape.filter((_, axis) => !axes.has(axis)) }];
}

function inferUnsqueeze(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const given = readSqueezeAxes(call);
  if (given === undefined) return [undefined];
  if (given === null) throw nodeFormatError(call.node, "axes are missing");
  const rank = x.shape.length + given.length;
  const axes = new Set(given.map((axis) => normalizeAxis(call.node, axis, rank)));
  if (axes.size !== given.length) throw nodeFormatError(call.node, `axes ${formatShape(given)} repeat an axis`);
  const rest = x.shape.values();
  const shape = Array.from({ length: rank }, (_, axis): Dim => (axes.has(axis) ? 1 : rest.next().value!));
  return [{ dtype: x.dtype, shape }];
}

function inferDropout(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const mask: ValueType = { dtype: call.opset >= 10 ? "bool" : x.dtype, shape: x.shape };
  return [x, mask].slice(0, call.node.outputs.length);
}

function sameDims(call: InferCall): readonly Dim[] | undefined {
  return call.dims(0);
}

/** Rule of Reshape. */
export const reshapeRule: OperatorRule = {
  inputs: [2, 2],
  attributes: { allowzero: "int" },
  infer: inferReshape,
  inferDims: (call) => (call.node.outputs.length === 1 ? call.dims(0) : undefined),
};

/** Rule of Flatten. */
export const flattenRule: OperatorRule = { inputs: [1, 1], attributes: { axis: "int" }, infer: inferFlatten };

/** Rule of Squeeze. */
export const squeezeRule: OperatorRule = {
  inputs: [1, 2],
  attributes: { axes: "ints" },
  infer: inferSqueeze,
  inferDims: sameDims,
};

/** Rule of Unsqueeze. */
export const unsqueezeRule: OperatorRule = {
  inputs: [1, 2],
  attributes: { axes: "ints" },
  infer: inferUnsqueeze,
  inferDims: sameDims,
};

/** Operators that keep the elements and their order (onnx/docs/Operators.md, under each operator's name). */
export const RESHAPE: RuleTable = {
  Identity: { inputs: [1, 1], infer: inferSameType, inferDims: sameDims },
  Dropout: {
    inputs: [1, 3],
    outputs: [1, 2],
    attributes: { ratio: "float", seed: "int", is_test: "int" },
    infer: inferDropout,
  },
  Reshape: reshapeRule,
  Flatten: flattenRule,
  Squeeze: squeezeRule,
  Unsqueeze: unsqueezeRule,
};
