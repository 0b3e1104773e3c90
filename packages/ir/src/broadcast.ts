import { formatShape } from "@samoyed/core";
import { sizesDiffer } from "./compare-dims.ts";
import { nodeShapeError } from "./node-errors.ts";
import { describeInput, type InferCall, opaqueDim } from "./operators/rule.ts";
import type { Dim } from "./types.ts";

/**
 * Computes the shape from ONNX's multidirectional broadcasting of the node's first inputs (onnx/docs/Broadcasting.md):
 * shapes are aligned at the end, and a size of 1 is expanded.
 *
 * A symbol and a number above 1 give the number, because nothing else could run. Two different symbols give a new one.
 *
 * @param shapes shapes of the inputs, or of their parts that broadcast.
 * @throws ShapeError when two sizes differ and neither is 1.
 */
export function broadcastShapes(call: InferCall, shapes: readonly (readonly Dim[])[]): readonly Dim[] {
  const rank = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dim = 1;
    for (const [index, shape] of shapes.entries()) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === size) continue;
      if (size === 1) size = dim;
      else if (sizesDiffer(dim, size)) {
        throw nodeShapeError(
          call.node,
          `${describeInput(call, index)} does not broadcast with ${formatShape(shapes[0]!)}: size ${dim} against ${size}`,
        );
      } else if (typeof dim === "number") size = dim;
      else if (typeof size === "string") size = opaqueDim(call, axis);
    }
    result.push(size);
  }
  return result;
}

/**
 * Requires an input to broadcast in one direction: to a shape that it does not change.
 *
 * @param shape the input's shape for broadcasting.
 * @throws ShapeError when it does not.
 */
export function requireBroadcastTo(
  call: InferCall,
  index: number,
  { shape, target }: { readonly shape: readonly Dim[]; readonly target: readonly Dim[] },
): void {
  const missing = target.length - shape.length;
  const fits = shape.every((size, axis) => {
    const wanted = target[axis + missing];
    return size === 1 || !sizesDiffer(size, wanted);
  });
  if (missing < 0 || !fits) {
    throw nodeShapeError(call.node, `${describeInput(call, index)} does not broadcast to ${formatShape(target)}`);
  }
}
