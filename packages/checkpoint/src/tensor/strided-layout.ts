import { bytesPerElement, FormatError } from "@samoyed/core";
import { describeValue, PyTuple, type PyValue, type StridedLayout } from "../pickle/values.ts";

/** PyTorch's own limit is 64 (`c10/core/TensorImpl.h`). */
const MAX_RANK = 64;

/**
 * Reads the sizes, strides or offset of a tensor from a pickle's value.
 *
 * @throws FormatError unless it is a tuple or list of integers from 0 to 2^53 - 1.
 */
export function readSizes(value: PyValue | undefined, field: string, where: () => string): readonly number[] {
  const items = value instanceof PyTuple ? value.items : value;
  if (!Array.isArray(items)) {
    throw new FormatError(`${where()}: the tensor's ${field} is ${describeValue(value)}; expected a tuple`);
  }
  if (items.length > MAX_RANK) {
    throw new FormatError(
      `${where()}: the tensor's ${field} has ${items.length} axes; at most ${MAX_RANK} are supported`,
    );
  }
  return items.map((item: PyValue) => readCount(item, field, where));
}

/** Reads an integer from 0 to 2^53 - 1; `field` names it in the error. */
export function readCount(value: PyValue | undefined, field: string, where: () => string): number {
  if (typeof value !== "number" || value < 0) {
    throw new FormatError(
      `${where()}: the tensor's ${field}: ${describeValue(value)}; expected an integer from 0 to 2^53 - 1`,
    );
  }
  return value;
}

/**
 * Checks that a tensor is within its storage.
 *
 * @param byteLength the storage's size.
 * @throws FormatError when shape and strides differ in rank, the tensor has more than 2^53 elements, or an element
 * is outside.
 */
export function checkLayout(layout: StridedLayout, byteLength: number, where: () => string): void {
  const { shape, strides, offset, dtype } = layout;
  const sizes = `[${shape.join(", ")}]`;
  if (shape.length !== strides.length) {
    throw new FormatError(
      `${where()}: the tensor's shape ${sizes} has ${shape.length} axes and its strides ${strides.length}`,
    );
  }
  if (!Number.isSafeInteger(shape.reduce((count, size) => count * size, 1) * bytesPerElement(dtype))) {
    throw new FormatError(`${where()}: the tensor's shape ${sizes} has more than 2^53 bytes`);
  }
  const end = shape.includes(0) ? offset : offset + lastElement(layout) + 1;
  const available = Math.floor(byteLength / bytesPerElement(dtype));
  if (!(end <= available)) {
    throw new FormatError(
      `${where()}: a tensor of shape ${sizes}, strides [${strides.join(", ")}] and offset ${offset} ends at element ` +
        `${end} of a storage of ${available}`,
    );
  }
}

/** The last element's distance from the first, in elements of the storage. */
export function lastElement({ shape, strides }: Pick<StridedLayout, "shape" | "strides">): number {
  return shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
}

/** Whether the elements are contiguous in row-major order. */
export function isContiguous({ shape, strides }: Pick<StridedLayout, "shape" | "strides">): boolean {
  if (shape.includes(0)) {
    return true;
  }
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) {
      return false;
    }
    expected *= shape[axis]!;
  }
  return true;
}
