import { ShapeError } from "../errors.ts";

/** Sizes per axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/**
 * The number of elements of a shape.
 *
 * @throws ShapeError when a size is not a non-negative integer, or the product is not exact in a double (above 2^53 - 1).
 */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ShapeError(`shape [${shape.join(", ")}] has size ${size}; expected integers of 0 or more`);
    }
    count *= size;
  }
  // A zero anywhere makes the tensor empty, but only if the other sizes did not overflow before it.
  if (!Number.isSafeInteger(count)) {
    throw new ShapeError(`shape [${shape.join(", ")}] has more than 2^53 elements`);
  }
  return count;
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Formats a shape as `[3, 224, 224]`. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}
