import { formatShape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { multiplyDims } from "../dims.ts";
import { MAX_RANK } from "../limits.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
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

function product(dims: readonly Dim[]): number {
  return dims.reduce<number>((count, dim) => (typeof dim === "number" ? count * dim : count), 1);
}

/** The size that -1 stands for: what is left of the input's elements, symbols cancelled against each other. */
function remainder(call: InferCall, shape: readonly Dim[], rest: readonly Dim[], axis: number): Dim {
  const symbols = shape.filter((dim) => typeof dim === "string");
  let opaque = false;
  for (const dim of rest) {
    if (typeof dim !== "string") continue;
    const at = symbols.indexOf(dim);
    if (at < 0) opaque = true;
    else symbols.splice(at, 1);
  }
  const total = product(shape);
  const divisor = product(rest);
  if (opaque) return opaqueDim(call, axis);
  if (symbols.length === 0) {
    if (divisor === 0 ? total !== 0 : total % divisor !== 0) {
      throw nodeShapeError(call.node, `${describeInput(call, 0)} does not fit ${formatShape(rest)} × -1`);
    }
    return divisor === 0 ? 0 : total / divisor;
  }
  return symbols.length === 1 && total === divisor ? symbols[0]! : opaqueDim(call, axis);
}

function inferReshape(call: InferCall): readonly (ValueType | undefined)[] {
  requireDType(call, 1, ["int64"]);
  const x = inputType(call, 0);
  const target = call.dims(1);
  if (target === undefined) {
    const length = inputType(call, 1).shape[0];
    // A rank that no value may have is refused elsewhere, before anything of that length is made.
    if (typeof length !== "number" || length > MAX_RANK) return [undefined];
    return [{ dtype: x.dtype, shape: Array.from({ length }, (_, axis) => opaqueDim(call, axis)) }];
  }
  const allowZero = readInt(call.node, "allowzero", 0) !== 0;
  const resolved = target.map((dim, axis): Dim => {
    if (dim !== 0 || allowZero) return dim;
    const copied = x.shape[axis];
    if (copied === undefined) {
      throw nodeShapeError(
        call.node,
        `shape ${formatShape(target)} copies axis ${axis}, which ${describeInput(call, 0)} lacks`,
      );
    }
    return copied;
  });
  const inferred = resolved.indexOf(-1);
  if (inferred !== resolved.lastIndexOf(-1) || resolved.some((dim) => typeof dim === "number" && dim < -1)) {
    throw nodeFormatError(call.node, `shape ${formatShape(target)}; expected sizes of 0 or more and at most one -1`);
  }
  if (inferred >= 0) {
    const rest = resolved.filter((_, axis) => axis !== inferred);
    resolved[inferred] = remainder(call, x.shape, rest, inferred);
  }
  const before = multiplyDims(x.shape);
  const after = multiplyDims(resolved);
  if (typeof before === "number" && typeof after === "number" && before !== after) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} has ${before} elements; shape ${formatShape(target)} has ${after}`,
    );
  }
  return [{ dtype: x.dtype, shape: resolved }];
}

function inferFlatten(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const rank = x.shape.length;
  const given = readInt(call.node, "axis", 1);
  const axis = given === rank ? rank : normalizeAxis(call.node, given, Math.max(rank, 1));
  const rows = multiplyDims(x.shape.slice(0, axis)) ?? opaqueDim(call, 0);
  const columns = multiplyDims(x.shape.slice(axis)) ?? opaqueDim(call, 1);
  return [{ dtype: x.dtype, shape: [rows, columns] }];
}

/** Axes from the attribute (before opset 13) or the input; `null` when neither is given, `undefined` when not known. */
function readAxes(call: InferCall): readonly number[] | null | undefined {
  if (call.opset < 13) return readInts(call.node, "axes") ?? null;
  return call.inputs[1] === undefined ? null : constantInts(call, 1);
}

function inferSqueeze(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const given = readAxes(call);
  if (given === undefined) return [undefined];
  if (given === null && x.shape.some((dim) => typeof dim === "string")) return [undefined];
  const axes = new Set(
    given === null
      ? [...x.shape.keys()].filter((axis) => x.shape[axis] === 1)
      : given.map((axis) => normalizeAxis(call.node, axis, x.shape.length)),
  );
  for (const axis of axes) {
    const size = x.shape[axis]!;
    if (typeof size === "number" && size !== 1) {
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
  const given = readAxes(call);
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

/** Reshape. */
export const reshapeRule: OperatorRule = {
  inputs: [2, 2],
  attributes: { allowzero: "int" },
  infer: inferReshape,
  inferDims: (call) => (call.node.outputs.length === 1 ? call.dims(0) : undefined),
};

/** Flatten. */
export const flattenRule: OperatorRule = { inputs: [1, 1], attributes: { axis: "int" }, infer: inferFlatten };

/** Squeeze. */
export const squeezeRule: OperatorRule = {
  inputs: [1, 2],
  attributes: { axes: "ints" },
  infer: inferSqueeze,
  inferDims: sameDims,
};

/** Unsqueeze. */
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
