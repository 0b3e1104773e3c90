import { expect, test } from "vitest";
import { castArray, castTensor, toFloat32 } from "./cast.ts";
import { DTYPES } from "./dtype.ts";
import { UnsupportedError } from "../errors.ts";
import { zeros } from "./tensor-bytes.ts";

test("toFloat32 returns float32 data itself, and converts every other real dtype", () => {
  const data = new Float32Array([1, 2]);
  expect(toFloat32({ dtype: "float32", shape: [2], data })).toBe(data);
  expect(toFloat32({ dtype: "float64", shape: [1], data: new Float64Array([0.1]) })[0]).toBe(Math.fround(0.1));
  expect(toFloat32({ dtype: "float16", shape: [1], data: new Uint16Array([0x3e00]) })[0]).toBe(1.5);
  expect(toFloat32({ dtype: "bfloat16", shape: [1], data: new Uint16Array([0x3fc0]) })[0]).toBe(1.5);
  expect(toFloat32({ dtype: "float8_e4m3fn", shape: [1], data: new Uint8Array([0x7e]) })[0]).toBe(448);
  expect(toFloat32({ dtype: "float8_e5m2", shape: [1], data: new Uint8Array([0x7b]) })[0]).toBe(57344);
  expect(toFloat32({ dtype: "int64", shape: [1], data: new BigInt64Array([-7n]) })[0]).toBe(-7);
  expect(toFloat32({ dtype: "uint8", shape: [1], data: new Uint8Array([200]) })[0]).toBe(200);
  expect(toFloat32({ dtype: "int8", shape: [1], data: new Int8Array([-3]) })[0]).toBe(-3);
  expect([...toFloat32({ dtype: "bool", shape: [3], data: new Uint8Array([0, 1, 255]) })]).toEqual([0, 1, 1]);
});

test("64-bit integers are rounded once", () => {
  // 2^60 + 2^36 is halfway between two float32; one more decides for the upper one, and a double cannot see it.
  const tie = 2n ** 60n + 2n ** 36n;
  const values = new BigInt64Array([tie, tie + 1n, -(tie + 1n)]);
  expect([...castArray(values, "int64", "float32")]).toEqual([2 ** 60, 2 ** 60 + 2 ** 37, -(2 ** 60 + 2 ** 37)]);
  expect(castArray(new BigUint64Array([2n ** 64n - 1n]), "uint64", "float64")[0]).toBe(2 ** 64);
});

test("a cast to a narrow float rounds the value itself, not its float32", () => {
  const values = new Float64Array([1 + 2 ** -11 + 2 ** -40, 65519.999, Infinity, NaN, -0]);
  expect([...castArray(values, "float64", "float16")]).toEqual([0x3c01, 0x7bff, 0x7c00, 0x7e00, 0x8000]);
});

test("unsupported casts are refused, whatever the values", () => {
  for (const dtype of DTYPES) {
    const tensor = zeros(dtype, [2]);
    if (dtype.startsWith("complex")) {
      expect(() => castTensor(tensor, "float32")).toThrow(UnsupportedError);
    } else {
      expect(castTensor(tensor, "float32").data).toEqual(new Float32Array(2));
    }
    if (dtype !== "int32") {
      expect(() => castTensor(tensor, "int32")).toThrow(/a cast from \S+ to int32 is not supported/u);
    }
  }
});
