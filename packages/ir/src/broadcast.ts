import { formatShape } from "@samoyed/core";
import { nodeShapeError } from "./node-errors.ts";
import { describeInput, type InferCall, opaqueDim } from "./operators/rule.ts";
import type { Dim } from "./types.ts";

/**
 * The shape that ONNX's multidirectional broadcasting gives (onnx/docs/Broadcasting.md): shapes are aligned at the
 * end, and a size of 1 stretches.
 *
 * A symbol meets a number above 1: the number, for nothing else could run. Two different symbols: a fresh one.
 *
 * @throws ShapeError when two sizes differ and neither is 1.
 */
export function broadcastShapes(call: InferCall, indexes: readonly number[]): readonly Dim[] {
  const shapes = indexes.map((index) => call.inputs[index]?.shape ?? []);
  const rank = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dim = 1;
    for (const [position, shape] of shapes.entries()) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === size) continue;
      if (size === 1) size = dim;
      else if (typeof dim === "number" && typeof size === "number") {
        throw nodeShapeError(
          call.node,
          `${describeInput(call, indexes[position]!)} does not broadcast with ${formatShape(shapes[0]!)}: size ${dim} against ${size}`,
        );
      } else if (typeof dim === "number") size = dim;
      else if (typeof size === "string") size = opaqueDim(call, axis);
    }
    result.push(size);
  }
  return result;
}
