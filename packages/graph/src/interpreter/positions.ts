import { contiguousStrides, elementCount, type Shape, UnsupportedError } from "@samoyed/core";

/** Most offsets in one list: half a GiB of them, as many as the interpreter's largest value has elements. */
export const MAX_OFFSETS: number = 2 ** 27;

function newOffsets(count: number): Int32Array {
  if (count > MAX_OFFSETS) {
    throw new UnsupportedError(`the interpreter would need ${count} offsets; expected at most ${MAX_OFFSETS}`);
  }
  return new Int32Array(count);
}

/**
 * Offsets into a row-major tensor for every element of an output, in the output's order.
 *
 * `strides` gives the step in the tensor for a step of 1 along each output axis; `start` is the first offset.
 */
export function offsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const result = newOffsets(elementCount(shape));
  const position = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let index = 0; index < result.length; index++) {
    result[index] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      position[axis]!++;
      if (position[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

/** Offsets into a tensor of shape `from` for every element of `to`, which it is broadcast to: aligned at the end. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const own = contiguousStrides(from);
  const missing = to.length - from.length;
  const strides = to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : own[axis - missing]!));
  return offsets(to, strides);
}

/**
 * Offsets where each output axis looks its position up in a table: `tables[axis][i]` is the position in the tensor
 * that output position `i` takes, or negative for none.
 */
export function tableOffsets(from: Shape, tables: readonly (readonly number[])[]): Int32Array {
  const strides = contiguousStrides(from);
  let result: Int32Array = new Int32Array([0]);
  for (const [axis, table] of tables.entries()) {
    const next = newOffsets(result.length * table.length);
    let index = 0;
    for (const base of result) {
      for (const position of table) next[index++] = base < 0 || position < 0 ? -1 : base + position * strides[axis]!;
    }
    result = next;
  }
  return result;
}

/** A shape around one axis: how many blocks before it, its size, how many elements after it. */
export function aroundAxis(shape: Shape, axis: number): { outer: number; size: number; inner: number } {
  return {
    outer: elementCount(shape.slice(0, axis)),
    size: shape[axis] ?? 1,
    inner: elementCount(shape.slice(axis + 1)),
  };
}
