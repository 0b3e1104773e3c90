import { contiguousStrides, formatShape, type Tensor } from "@samoyed/core";
import { readInt, readInts, readString } from "../attributes.ts";
import { floorDivide, multiplyDims } from "../dims.ts";
import type { Dim } from "../ir.ts";
import { broadcastShapes } from "./broadcast.ts";
import { pick } from "./elements.ts";
import {
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  misfit,
  opaqueDim,
  type Operator,
  outputType,
  type ValueType,
} from "./operator.ts";
import { broadcastOffsets, offsets, tableOffsets } from "./positions.ts";

function inferTranspose(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const rank = x.shape.length;
  const perm = readInts(call.node, "perm") ?? x.shape.map((_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => !(axis >= 0 && axis < rank))) {
    throw misfit(call, `attribute "perm" ${formatShape(perm)} is no permutation of the ${rank} axes of input 0`);
  }
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
}

function interpretTranspose(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const strides = contiguousStrides(x.shape);
  const perm = readInts(call.node, "perm") ?? [...x.shape.keys()].reverse();
  const moved = perm.map((axis) => strides[axis]!);
  return [pick(x, type, offsets(type.shape, moved))];
}

function inferExpand(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const target = call.dims(1);
  if (target === undefined) return [undefined];
  const shaped: InferCall = { ...call, inputs: [x, { dtype: x.dtype, shape: target }] };
  return [{ dtype: x.dtype, shape: broadcastShapes(shaped, [0, 1]) }];
}

function interpretExpand(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  return [pick(x, type, broadcastOffsets(x.shape, type.shape))];
}

function inferTile(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const repeats = call.dims(1);
  if (repeats !== undefined && repeats.length !== x.shape.length) {
    throw misfit(call, `repeats ${formatShape(repeats)}; expected ${x.shape.length} values`);
  }
  const shape = x.shape.map((size, axis) => (repeats && multiplyDims([size, repeats[axis]!])) ?? opaqueDim(call, axis));
  return [{ dtype: x.dtype, shape }];
}

function interpretTile(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const tables = type.shape.map((size, axis) => Array.from({ length: size }, (_, index) => index % x.shape[axis]!));
  return [pick(x, type, tableOffsets(x.shape, tables))];
}

function blockSize(call: Pick<InferCall, "node">): number {
  const size = readInt(call.node, "blocksize", 0);
  if (size < 1) throw malformed(call, `attribute "blocksize" is ${size}; expected 1 or more`);
  return size;
}

function shrink(dim: Dim, by: number): Dim {
  return floorDivide(dim, { add: 0, divide: by, plus: 0 });
}

function inferBlocks(call: InferCall, deepen: boolean): readonly ValueType[] {
  const x = inputType(call, 0);
  const size = blockSize(call);
  const [batch, channels, height, width] = x.shape;
  if (x.shape.length !== 4) throw misfit(call, `${describeInput(call, 0)}; expected [N, C, H, W]`);
  const divided = deepen ? [height!, width!] : [channels!];
  const divisor = deepen ? size : size * size;
  if (divided.some((dim) => typeof dim === "number" && dim % divisor !== 0)) {
    throw misfit(call, `${describeInput(call, 0)} does not divide into blocks of ${size}`);
  }
  const grow = (dim: Dim, by: number, axis: number): Dim => multiplyDims([dim, by]) ?? opaqueDim(call, axis);
  const shape = deepen
    ? [batch!, grow(channels!, size * size, 1), shrink(height!, size), shrink(width!, size)]
    : [batch!, shrink(channels!, size * size), grow(height!, size, 2), grow(width!, size, 3)];
  return [{ dtype: x.dtype, shape }];
}

/** DepthToSpace and SpaceToDepth as a transposition of the six axes that blocks have; `mode` orders the channels. */
function interpretBlocks(call: InterpretCall, deepen: boolean): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const size = blockSize(call);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const mode = readString(call.node, "mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD") throw malformed(call, `attribute "mode" is "${mode}"; expected DCR or CRD`);
  let split: readonly number[];
  let order: readonly number[];
  if (deepen) {
    split = [batch, channels, height / size, size, width / size, size];
    order = mode === "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  } else if (mode === "DCR") {
    split = [batch, size, size, channels / (size * size), height, width];
    order = [0, 3, 4, 1, 5, 2];
  } else {
    split = [batch, channels / (size * size), size, size, height, width];
    order = [0, 1, 4, 2, 5, 3];
  }
  const strides = contiguousStrides(split);
  const shape = order.map((axis) => split[axis]!);
  const moved = order.map((axis) => strides[axis]!);
  return [pick(x, type, offsets(shape, moved))];
}

/** Operators that move elements or repeat them (onnx/docs/Operators.md, under each operator's name). */
export const LAYOUT: readonly Operator[] = [
  {
    op: "Transpose",
    inputs: [1, 1],
    attributes: { perm: "ints" },
    infer: inferTranspose,
    interpret: interpretTranspose,
  },
  { op: "Expand", since: 8, inputs: [2, 2], infer: inferExpand, interpret: interpretExpand },
  { op: "Tile", inputs: [2, 2], infer: inferTile, interpret: interpretTile },
  {
    op: "DepthToSpace",
    inputs: [1, 1],
    attributes: { blocksize: "int", mode: "string" },
    infer: (call) => inferBlocks(call, false),
    interpret: (call) => interpretBlocks(call, false),
  },
  {
    op: "SpaceToDepth",
    inputs: [1, 1],
    attributes: { blocksize: "int", mode: "string" },
    infer: (call) => inferBlocks(call, true),
    interpret: (call) => interpretBlocks(call, true),
  },
];
