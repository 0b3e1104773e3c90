import { formatShape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { broadcastShapes } from "../broadcast.ts";
import { floorDivide, multiplyDims } from "../dims.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import {
  describeInput,
  type InferCall,
  inputError,
  inputType,
  opaqueDim,
  type OperatorRule,
  type RuleTable,
} from "./rule.ts";

/**
 * Reads the order in which a Transpose takes its input's axes; reversed if the attribute is absent.
 *
 * @throws ShapeError when the attribute is not a permutation of the axes.
 */
export function readPermutation(node: Node<TypedTensor>, rank: number): readonly number[] {
  const perm = readInts(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => !(axis >= 0 && axis < rank))) {
    throw nodeShapeError(
      node,
      `attribute "perm" ${formatShape(perm)} is not a permutation of the ${rank} axes of input 0`,
    );
  }
  return perm;
}

function inferTranspose(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  return [{ dtype: x.dtype, shape: readPermutation(call.node, x.shape.length).map((axis) => x.shape[axis]!) }];
}

function inferExpand(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const target = call.dims(1);
  if (target === undefined) return [undefined];
  return [{ dtype: x.dtype, shape: broadcastShapes(call, [x.shape, target]) }];
}

function inferTile(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const repeats = call.dims(1);
  if (repeats !== undefined && repeats.length !== x.shape.length) {
    throw nodeShapeError(call.node, `repeats ${formatShape(repeats)}; expected ${x.shape.length} values`);
  }
  const shape = x.shape.map((size, axis) => (repeats && multiplyDims([size, repeats[axis]!])) ?? opaqueDim(call, axis));
  return [{ dtype: x.dtype, shape }];
}

/**
 * The side of the blocks of DepthToSpace and SpaceToDepth.
 *
 * @throws FormatError when it is less than 1.
 */
export function blockSize(call: Pick<InferCall, "node">): number {
  const size = readInt(call.node, "blocksize", 0);
  if (size < 1) throw nodeFormatError(call.node, `attribute "blocksize" is ${size}; expected 1 or more`);
  return size;
}

function shrink(dim: Dim, by: number): Dim {
  return floorDivide(dim, { add: 0, divide: by, plus: 0 });
}

function inferBlocks(call: InferCall, deepen: boolean): readonly ValueType[] {
  const x = inputType(call, 0);
  const size = blockSize(call);
  const [batch, channels, height, width] = x.shape;
  if (x.shape.length !== 4) throw inputError(call, 0, "[N, C, H, W]");
  const divided = deepen ? [height!, width!] : [channels!];
  const divisor = deepen ? size : size * size;
  if (divided.some((dim) => typeof dim === "number" && dim % divisor !== 0)) {
    throw nodeShapeError(call.node, `${describeInput(call, 0)} does not divide into blocks of ${size}`);
  }
  const grow = (dim: Dim, by: number, axis: number): Dim => multiplyDims([dim, by]) ?? opaqueDim(call, axis);
  const shape = deepen
    ? [batch!, grow(channels!, size * size, 1), shrink(height!, size), shrink(width!, size)]
    : [batch!, shrink(channels!, size * size), grow(height!, size, 2), grow(width!, size, 3)];
  return [{ dtype: x.dtype, shape }];
}

/** Rule of Transpose. */
export const transposeRule: OperatorRule = { inputs: [1, 1], attributes: { perm: "ints" }, infer: inferTranspose };

/** Operators that move elements or repeat them (onnx/docs/Operators.md, under each operator's name). */
export const LAYOUT: RuleTable = {
  Transpose: transposeRule,
  Expand: { since: 8, inputs: [2, 2], infer: inferExpand },
  Tile: { inputs: [2, 2], infer: inferTile },
  DepthToSpace: {
    inputs: [1, 1],
    attributes: { blocksize: "int", mode: "string" },
    infer: (call) => inferBlocks(call, false),
  },
  SpaceToDepth: {
    inputs: [1, 1],
    attributes: { blocksize: "int", mode: "string" },
    infer: (call) => inferBlocks(call, true),
  },
};
