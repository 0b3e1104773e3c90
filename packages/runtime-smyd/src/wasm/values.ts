import { elementCount, type TypedArray } from "@samoyed/core";
import { integerWords } from "../plan/integers.ts";
import type { PlannedValue } from "../plan/plan.ts";

/** The elements of a value of all images, and the image that is written or read. */
export interface ImageValues {
  readonly data: TypedArray;
  readonly image: number;
}

/** Writes an input to memory: floats as they are, integers as 32-bit words. */
export function writeValue(
  memory: Pick<WebAssembly.Memory, "buffer">,
  value: PlannedValue,
  { data, image }: ImageValues,
): void {
  const { address, dtype, shape, batched } = value;
  const count = elementCount(shape);
  const start = batched ? image * count : 0;
  const part = data.subarray(start, start + count);
  if (dtype === "float32") new Float32Array(memory.buffer, address, count).set(part as Float32Array);
  else new Int32Array(memory.buffer, address, count).set(integerWords(part));
}

/** Reads an output from memory into `data`. */
export function readValue(
  memory: Pick<WebAssembly.Memory, "buffer">,
  value: PlannedValue,
  { data, image }: ImageValues,
): void {
  const { address, dtype, shape, batched } = value;
  const count = elementCount(shape);
  const start = batched ? image * count : 0;
  if (dtype === "float32") (data as Float32Array).set(new Float32Array(memory.buffer, address, count), start);
  else {
    const words = new Int32Array(memory.buffer, address, count);
    if (data instanceof BigInt64Array) data.set(BigInt64Array.from(words, BigInt), start);
    else (data as Int32Array).set(words, start);
  }
}
