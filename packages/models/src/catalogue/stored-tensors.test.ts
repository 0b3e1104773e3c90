import { type LazyTensor, lazyTensor, ShapeError, type Tensor } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import type { StoredTensor } from "./stored-graph.ts";
import { readStored, StoredTensors } from "./stored-tensors.ts";

const int64 = (...values: bigint[]): Tensor => ({
  dtype: "int64",
  shape: [values.length],
  data: new BigInt64Array(values),
});
const lazy = (tensor: Tensor): LazyTensor => lazyTensor("t", tensor);

const TENSORS: readonly (readonly [string, Tensor, string | undefined])[] = [
  ["small integers", int64(0n, 1n, -2n, 7n), "differences"],
  ["the least and the largest of 32 bits", int64(-(2n ** 31n), 2n ** 31n - 1n, -(2n ** 31n)), "differences"],
  ["one above", int64(0n, 2n ** 31n), undefined],
  ["one below", int64(0n, -(2n ** 31n) - 1n), undefined],
  ["the largest of 64 bits", int64(2n ** 63n - 1n), undefined],
  ["none", int64(), "differences"],
  ["floats", { dtype: "float32", shape: [2, 1], data: Float32Array.of(0.5, -1) }, undefined],
  ["bytes", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }, undefined],
];

describe("tensors of an architecture's file", () => {
  it("are read as they were", async () => {
    const tensors = new StoredTensors();
    const places = [];
    for (const [, tensor] of TENSORS) places.push(await tensors.add(lazy(tensor)));
    const data = tensors.bytes();
    expect(places.map((place) => readStored(data, place))).toEqual(TENSORS.map(([, tensor]) => tensor));
  });

  it.each(TENSORS)("%s", async (_, tensor, coding) => {
    expect((await new StoredTensors().add(lazy(tensor)))[3]).toBe(coding);
  });

  it("are stored once where they are equal", async () => {
    const tensors = new StoredTensors();
    const first = await tensors.add(lazy(int64(1n, 2n)));
    await tensors.add(lazy(int64(3n)));
    expect(await tensors.add(lazy(int64(1n, 2n)))).toEqual(first);
    expect(tensors.bytes().byteLength).toBe(12);
  });

  it.each<[string, StoredTensor]>([
    ["as they are", ["float32", [3], 0]],
    ["as differences", ["int64", [3], 0, "differences"]],
  ])("that end too early, %s", (_, stored) => {
    expect(() => readStored(new Uint8Array(11), stored)).toThrow(ShapeError);
  });
});
