import fc from "fast-check";
import { expect, test } from "vitest";
import { CHUNK_BYTES } from "../io/chunk-bytes.ts";
import { AbortedError, ShapeError, UnsupportedError } from "../errors.ts";
import {
  castLazy,
  lazyFromChunks,
  lazyTensor,
  readFloat32,
  readTensor,
  renameLazy,
  reshapeLazy,
} from "./lazy-tensor.ts";
import type { LazyTensor } from "./tensor.ts";

async function joined(lazy: LazyTensor): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of lazy.chunks()) {
    bytes.push(...chunk);
  }
  return bytes;
}

test("a tensor in memory is read as a copy, and in pieces", async () => {
  const data = new Float32Array(CHUNK_BYTES / 4 + 3).map((_, i) => i);
  const lazy = lazyTensor("w", { dtype: "float32", shape: [data.length], data });
  const read = await readTensor(lazy);
  expect(Buffer.from(read.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
  read.data[0] = 99;
  expect(data[0]).toBe(0);
  const sizes: number[] = [];
  for await (const chunk of lazy.chunks()) {
    sizes.push(chunk.byteLength);
  }
  expect(sizes).toEqual([CHUNK_BYTES, 12]);
});

test("casting works for every way of splitting the bytes into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
      async (values, cuts) => {
        const data = new Float32Array(values);
        const bytes = new Uint8Array(data.buffer);
        const lazy = lazyFromChunks({ name: "w", dtype: "float32", shape: [data.length] }, async function* () {
          let start = 0;
          for (const cut of cuts) {
            yield bytes.subarray(start, start + cut);
            start = Math.min(start + cut, bytes.byteLength);
          }
          yield bytes.subarray(start);
        });
        const whole = castLazy(lazyTensor("w", { dtype: "float32", shape: [data.length], data }), "float16");
        expect(await joined(castLazy(lazy, "float16"))).toEqual([...(await whole.read())]);
        expect(await readFloat32(castLazy(lazy, "float64"))).toEqual(data);
      },
    ),
  );
});

test("names and shapes change without the bytes", async () => {
  const lazy = lazyTensor("a", { dtype: "uint8", shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 6]) });
  const renamed = reshapeLazy(renameLazy(lazy, "b"), [3, 2]);
  expect(renamed).toMatchObject({ name: "b", shape: [3, 2], dtype: "uint8" });
  expect(renamed.tensor?.shape).toEqual([3, 2]);
  expect(await renamed.read()).toEqual(await lazy.read());
  expect(() => reshapeLazy(lazy, [5])).toThrow('tensor "a" uint8 [2, 3] cannot take the shape [5]');
});

test("pieces that do not add up are refused", async () => {
  const info = { name: "w", dtype: "uint16", shape: [2] } as const;
  const pieces = (...sizes: number[]): LazyTensor =>
    lazyFromChunks(info, async function* () {
      for (const size of sizes) {
        yield new Uint8Array(size);
      }
    });
  await expect(pieces(3).read()).rejects.toThrow('tensor "w" uint16 [2]: 3 bytes received; expected 4');
  await expect(pieces(3, 2).read()).rejects.toThrow(ShapeError);
  await expect(
    joined(
      castLazy(
        lazyFromChunks(info, () => pieces(3).chunks()),
        "float32",
      ),
    ),
  ).rejects.toThrow("1 bytes are left over");
  expect(() => lazyTensor("w", { dtype: "uint8", shape: [3], data: new Uint8Array(2) })).toThrow(ShapeError);
  expect(() => lazyFromChunks({ name: "w", dtype: "uint8", shape: [-1] }, () => pieces().chunks())).toThrow(ShapeError);
  expect(() =>
    lazyFromChunks({ name: "w", dtype: "uint8", shape: [2 ** 40, 2 ** 40] }, () => pieces().chunks()),
  ).toThrow(ShapeError);
});

test("a tensor that does not fit in an array is refused before anything is allocated", async () => {
  const lazy = lazyFromChunks({ name: "huge", dtype: "float32", shape: [1e12] }, async function* () {
    yield new Uint8Array(4);
  });
  await expect(lazy.read()).rejects.toThrow(UnsupportedError);
});

test("a fired signal stops reading", async () => {
  const lazy = lazyTensor("w", { dtype: "uint8", shape: [3], data: new Uint8Array(3) });
  await expect(lazy.read({ signal: AbortSignal.abort("enough") })).rejects.toThrow(AbortedError);
});
