import { readInt } from "../attributes.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import { expandRule, tileRule } from "./repeat.ts";
import { describeInput, type InferCall, inputError, inputType, opaqueDim, type RuleTable } from "./rule.ts";
import { transposeRule } from "./transpose.ts";

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
  Expand: expandRule,
  Tile: tileRule,
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
