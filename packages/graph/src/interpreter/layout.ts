import { contiguousStrides, type Tensor } from "@samoyed/core";
import { blockSize, nodeFormatError, readPermutation, readString } from "@samoyed/ir";
import { pick } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { broadcastOffsets, offsets, tableOffsets } from "./positions.ts";

function interpretTranspose(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const strides = contiguousStrides(x.shape);
  const perm = readPermutation(call.node, x.shape.length);
  const moved = perm.map((axis) => strides[axis]!);
  return [pick(x, type, offsets(type.shape, moved))];
}

function interpretExpand(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  return [pick(x, type, broadcastOffsets(x.shape, type.shape))];
}

function interpretTile(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const tables = type.shape.map((size, axis) => Array.from({ length: size }, (_, index) => index % x.shape[axis]!));
  return [pick(x, type, tableOffsets(x.shape, tables))];
}

/** DepthToSpace and SpaceToDepth as a transposition of the six axes that blocks have; `mode` orders the channels. */
function interpretBlocks(call: InterpretCall, deepen: boolean): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const size = blockSize(call);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const mode = readString(call.node, "mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD")
    throw nodeFormatError(call.node, `attribute "mode" is "${mode}"; expected DCR or CRD`);
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
export const LAYOUT: InterpreterTable = {
  Transpose: interpretTranspose,
  Expand: interpretExpand,
  Tile: interpretTile,
  DepthToSpace: (call) => interpretBlocks(call, false),
  SpaceToDepth: (call) => interpretBlocks(call, true),
};
