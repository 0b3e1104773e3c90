import { formatShape } from "@samoyed/core";
import { broadcastShapes } from "../broadcast.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { ValueType } from "../types.ts";
import { type InferCall, inputType, opaqueDim, type OperatorRule } from "./rule.ts";

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

/** Rule of Expand (onnx/docs/Operators.md, Expand). */
export const expandRule: OperatorRule = { since: 8, inputs: [2, 2], infer: inferExpand };

/** Rule of Tile (onnx/docs/Operators.md, Tile). */
export const tileRule: OperatorRule = { inputs: [2, 2], infer: inferTile };
