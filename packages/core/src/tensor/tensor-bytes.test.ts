import { expect, test } from "vitest";
import { allocateBytes, MAX_ARRAY_BYTES } from "./allocate.ts";
import { bytesPerElement, DTYPES } from "./dtype.ts";
import { ShapeError, UnsupportedError } from "../errors.ts";
import { arrayToBytes, bytesToArray, bytesToTensor, tensorByteLength, zeros } from "./tensor-bytes.ts";

test("every dtype's array has as many bytes as the shape says", () => {
  for (const dtype of DTYPES) {
    const tensor = zeros(dtype, [2, 3]);
    expect(tensor.data.byteLength).toBe(6 * bytesPerElement(dtype));
    expect(tensorByteLength(dtype, [2, 3])).toBe(tensor.data.byteLength);
    expect(tensor.data.length).toBe(dtype.startsWith("complex") ? 12 : 6);
  }
});

test("aligned bytes are viewed, others copied, with the same values", () => {
  const bytes = new Uint8Array(17);
  new DataView(bytes.buffer).setFloat32(8, 1.5, true);
  const view = bytesToArray(bytes.subarray(8, 12), "float32");
  expect(view.buffer).toBe(bytes.buffer);
  expect(view[0]).toBe(1.5);
  const shifted = new Uint8Array(17);
  shifted.set(bytes.subarray(8, 12), 9);
  const copy = bytesToArray(shifted.subarray(9, 13), "float32");
  expect(copy.buffer).not.toBe(shifted.buffer);
  expect(copy[0]).toBe(1.5);
  expect(arrayToBytes(copy)).toEqual(bytes.subarray(8, 12));
});

test("bytes that do not fit the shape are refused", () => {
  expect(() => bytesToArray(new Uint8Array(7), "int64")).toThrow("7 bytes are not a whole number of int64 elements");
  expect(() => bytesToTensor(new Uint8Array(8), "float32", [3])).toThrow(ShapeError);
  expect(() => bytesToTensor(new Uint8Array(8), "float32", [3])).toThrow("expected 12 bytes");
});

test("sizes from files are checked before memory is allocated", () => {
  expect(() => allocateBytes(MAX_ARRAY_BYTES + 1, "x")).toThrow(UnsupportedError);
  expect(() => allocateBytes(-1, "x")).toThrow(ShapeError);
  expect(() => allocateBytes(1.5, "x")).toThrow(ShapeError);
  expect(() => zeros("float32", [1e6, 1e6])).toThrow("takes 4000000000000 bytes");
});
