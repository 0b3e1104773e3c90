import {
  bytesToTensor,
  type DType,
  type LazyTensor,
  type Tensor,
  tensorByteLength,
  type OwnedBytes,
} from "@samoyed/core";
import type { StoredTensor } from "./stored-graph.ts";

/** The 32-bit integers of a tensor of integers that are all of that size; `undefined` for any other tensor. */
function smallIntegers(dtype: DType, bytes: Uint8Array): Int32Array | undefined {
  if (dtype !== "int64") return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Int32Array(bytes.byteLength / 8);
  for (const index of values.keys()) {
    values[index] = view.getInt32(8 * index, true);
    if (view.getInt32(8 * index + 4, true) !== values[index] >> 31) return undefined;
  }
  return values;
}

/** Each value less the one before it, as little-endian bytes: tables of relative positions repeat themselves so. */
function differences(values: Int32Array): OwnedBytes {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  let last = 0;
  for (const [index, value] of values.entries()) {
    view.setInt32(4 * index, value - last, true);
    last = value;
  }
  return new Uint8Array(view.buffer);
}

function sums(values: Int32Array): BigInt64Array<ArrayBuffer> {
  let sum = 0;
  return BigInt64Array.from(values, (difference) => BigInt((sum = (sum + difference) | 0)));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((value, index) => value === b[index]);
}

/** Collects the bytes of tensors, of equal ones once. */
export class StoredTensors {
  readonly #pieces: { readonly bytes: Uint8Array; readonly start: number }[] = [];
  #length = 0;

  async add(tensor: LazyTensor): Promise<StoredTensor> {
    const bytes = await tensor.read();
    const small = smallIntegers(tensor.dtype, bytes);
    const start = this.#place(small === undefined ? bytes : differences(small));
    return small === undefined
      ? [tensor.dtype, tensor.shape, start]
      : [tensor.dtype, tensor.shape, start, "differences"];
  }

  #place(bytes: Uint8Array): number {
    const known = this.#pieces.find((piece) => equalBytes(piece.bytes, bytes));
    if (known !== undefined) return known.start;
    const start = this.#length;
    this.#pieces.push({ bytes, start });
    this.#length += bytes.byteLength;
    return start;
  }

  /** What was added, in order. */
  bytes(): OwnedBytes {
    const all = new Uint8Array(this.#length);
    for (const { bytes, start } of this.#pieces) all.set(bytes, start);
    return all;
  }
}

/**
 * Reads a tensor that `StoredTensors` collected.
 *
 * @param data - The bytes of all of them.
 * @throws ShapeError when they end before the tensor does.
 */
export function readStored(data: Uint8Array, [dtype, shape, start, coding]: StoredTensor): Tensor {
  if (coding === undefined) {
    const end = start + tensorByteLength(dtype, shape);
    return bytesToTensor(data.subarray(start, end), dtype, shape);
  }
  const { data: values } = bytesToTensor(
    data.subarray(start, start + tensorByteLength("int32", shape)),
    "int32",
    shape,
  );
  return { dtype: "int64", shape, data: sums(values) };
}
