import { formatShape } from "@samoyed/core";
import { readInt } from "../attributes.ts";
import { broadcastShapes } from "../broadcast.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import { describeInput, type InferCall, inputError, inputType, opaqueDim, type RuleTable } from "./rule.ts";
import { transposeRule } from "./transpose.ts";

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
  const shape = x.shape.map(
    (size, axis) => (repeats && call.sizes.multiply([size, repeats[axis]!])) ?? opaqueDim(call, axis),
  );
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
  const shrink = (dim: Dim, by: number): Dim => call.sizes.floorDivide(dim, { add: 0, divide: by, plus: 0 });
  const grow = (dim: Dim, by: number, axis: number): Dim => call.sizes.multiply([dim, by]) ?? opaqueDim(call, axis);
  const shape = deepen
    ? [batch!, grow(channels!, size * size, 1), shrink(height!, size), shrink(width!, size)]
    : [batch!, shrink(channels!, size * size), grow(height!, size, 2), grow(width!, size, 3)];
  return [{ dtype: x.dtype, shape }];
}

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
