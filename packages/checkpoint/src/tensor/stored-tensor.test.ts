import {
  bytesPerElement,
  type ByteSource,
  CHUNK_BYTES,
  contiguousStrides,
  type DType,
  elementCount,
  memorySource,
} from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PyTensor } from "../pickle/values.ts";
import { Storage, wholeStorage } from "./storage.ts";
import { storedTensor } from "./stored-tensor.ts";
import { lastElement } from "./strided-layout.ts";

interface Layout {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

interface Options {
  readonly bigEndian?: boolean;
  readonly flip?: PyTensor["flip"];
}

function lazy(source: ByteSource, layout: Layout, { bigEndian = false, flip = "none" }: Options = {}) {
  const elementBytes = bytesPerElement(layout.dtype);
  const storage = new Storage(
    "0",
    { name: "test", dtype: layout.dtype, elementBytes },
    source.byteLength / elementBytes,
  );
  storage.source = source;
  storage.bigEndian = bigEndian;
  return storedTensor(new PyTensor(layout, { storage: wholeStorage(storage), flip }), "w");
}

/** Reference: element by element, as plainly as possible. */
function naive(data: Uint8Array, { dtype, shape, strides, offset }: Layout): Uint8Array {
  const size = bytesPerElement(dtype);
  const out = new Uint8Array(elementCount(shape) * size);
  const logical = contiguousStrides(shape);
  for (let element = 0; element < elementCount(shape); element++) {
    const at = shape.reduce(
      (sum, extent, axis) => sum + (Math.floor(element / logical[axis]!) % extent) * strides[axis]!,
      offset,
    );
    out.set(data.subarray(at * size, (at + 1) * size), element * size);
  }
  return out;
}

async function chunked(tensor: ReturnType<typeof lazy>): Promise<{ bytes: Uint8Array; sizes: number[] }> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of tensor.chunks()) {
    pieces.push(chunk.slice());
  }
  return { bytes: new Uint8Array(Buffer.concat(pieces)), sizes: pieces.map(({ byteLength }) => byteLength) };
}

function random(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    out[at] = Math.imul(at + 1, 0x9e3779b1) >>> 24;
  }
  return out;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** A source that counts its reads, and returns its bytes at odd addresses. */
function counting(data: Uint8Array) {
  const counts = { reads: 0, bytes: 0, largest: 0 };
  const odd = new Uint8Array(data.byteLength + 1);
  odd.set(data, 1);
  const inner = memorySource(odd.subarray(1));
  const source: ByteSource = {
    ...inner,
    read: async (offset, length, options) => {
      counts.reads++;
      counts.bytes += length;
      counts.largest = Math.max(counts.largest, length);
      return inner.read(offset, length, options);
    },
  };
  return { source, counts };
}

test("any strides, offset and element size", async () => {
  const axes = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 9 })), { maxLength: 5 });
  const dtype = fc.constantFrom<DType>("uint8", "int16", "float32", "int64", "complex128", "bfloat16", "complex64");
  await fc.assert(
    fc.asyncProperty(axes, dtype, fc.nat(4), fc.nat(3), async (pairs, dtype, offset, extra) => {
      const layout = { dtype, shape: pairs.map(([size]) => size), strides: pairs.map(([, stride]) => stride), offset };
      const span = layout.shape.includes(0) ? 0 : lastElement(layout) + 1;
      const data = random((offset + span + extra) * bytesPerElement(dtype));
      const tensor = lazy(counting(data).source, layout);
      const expected = naive(data, layout);
      expect(same(await tensor.read(), expected)).toBe(true);
      expect(same((await chunked(tensor)).bytes, expected)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

describe("tensors larger than the windows", () => {
  const cases: [string, Layout][] = [
    ["contiguous", { dtype: "float32", shape: [3, 1 << 19], strides: [1 << 19, 1], offset: 5 }],
    ["transposed", { dtype: "float32", shape: [1500, 1000], strides: [1, 1500], offset: 0 }],
    ["transposed, of 8 bytes", { dtype: "int64", shape: [700, 1100], strides: [1, 700], offset: 1 }],
    [
      "channels last",
      { dtype: "float16", shape: [64, 48, 30, 31], strides: [48 * 30 * 31, 1, 31 * 48, 48], offset: 0 },
    ],
    ["a few elements far apart", { dtype: "float32", shape: [4, 3], strides: [400_000, 1000], offset: 7 }],
    ["every second element", { dtype: "uint8", shape: [3_000_000], strides: [2], offset: 1 }],
    ["expanded", { dtype: "float32", shape: [5, 400_000], strides: [0, 1], offset: 0 }],
    ["overlapping windows", { dtype: "int16", shape: [300_000, 9], strides: [3, 1], offset: 0 }],
  ];
  test.each(cases)("%s", async (_, layout) => {
    const data = random((layout.offset + lastElement(layout) + 1) * bytesPerElement(layout.dtype));
    const expected = naive(data, layout);
    const { source, counts } = counting(data);
    const tensor = lazy(source, layout);
    expect(same(await tensor.read(), expected)).toBe(true);
    expect(counts.bytes).toBeLessThanOrEqual(data.byteLength * 1.1);
    const { bytes, sizes } = await chunked(tensor);
    expect(same(bytes, expected)).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(CHUNK_BYTES);
    expect(sizes.length).toBe(Math.ceil(expected.byteLength / CHUNK_BYTES));
  });

  test("elements far apart are read individually", async () => {
    const { source, counts } = counting(random(5_000_000));
    await lazy(source, { dtype: "float32", shape: [4], strides: [400_000], offset: 0 }).read();
    expect(counts).toEqual({ reads: 4, bytes: 16, largest: 4 });
  });

  test("chunks of a contiguous tensor come straight from the source", async () => {
    const { source, counts } = counting(random(3 * CHUNK_BYTES + 8));
    const { sizes } = await chunked(
      lazy(source, { dtype: "float32", shape: [3 * (CHUNK_BYTES / 4) + 1], strides: [1], offset: 1 }),
    );
    expect(sizes).toEqual([CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, 4]);
    expect(counts).toEqual({ reads: 4, bytes: 3 * CHUNK_BYTES + 4, largest: CHUNK_BYTES });
  });

  test("a transposed tensor larger than the gathering limit is gathered in blocks", async () => {
    // 80 MiB, of which 64 are in memory at once; two passes over the file, whose elements are their own indices.
    let largest = 0;
    let total = 0;
    const source: ByteSource = {
      byteLength: 80 << 20,
      label: "numbers",
      async read(offset, length) {
        largest = Math.max(largest, length);
        total += length;
        const words = new Uint32Array(length / 4);
        for (let index = 0; index < words.length; index++) {
          words[index] = offset / 4 + index;
        }
        return new Uint8Array(words.buffer);
      },
    };
    const tensor = lazy(source, { dtype: "int32", shape: [5120, 4096], strides: [1, 5120], offset: 0 });
    let element = 0;
    let wrong = 0;
    for await (const chunk of tensor.chunks()) {
      for (const number of new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.byteLength / 4)) {
        wrong += number === Math.floor(element / 4096) + (element % 4096) * 5120 ? 0 : 1;
        element++;
      }
    }
    expect([element, wrong]).toEqual([5120 * 4096, 0]);
    expect(largest).toBeLessThanOrEqual(4 << 20);
    expect(total).toBeLessThan(2.2 * source.byteLength);
  });
});

test("bytes are swapped element by element, complex ones half by half", async () => {
  const swapped = async (dtype: DType, data: Uint8Array) =>
    lazy(counting(data).source, { dtype, shape: [1], strides: [1], offset: 0 }, { bigEndian: true }).read();
  expect(await swapped("uint8", Uint8Array.of(1))).toEqual(Uint8Array.of(1));
  expect(await swapped("bfloat16", Uint8Array.of(1, 2))).toEqual(Uint8Array.of(2, 1));
  expect(await swapped("float32", Uint8Array.of(1, 2, 3, 4))).toEqual(Uint8Array.of(4, 3, 2, 1));
  expect(await swapped("complex64", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual(
    Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5),
  );
  expect(await swapped("int64", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual(Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1));
});

test("lazy conjugation and negation", async () => {
  const data = new Uint8Array(Float32Array.of(1, 2, 3, -4).buffer);
  const read = async (flip: PyTensor["flip"]) => [
    ...new Float32Array(
      (await lazy(counting(data).source, { dtype: "complex64", shape: [2], strides: [1], offset: 0 }, { flip }).read())
        .buffer,
    ),
  ];
  expect(await read("none")).toEqual([1, 2, 3, -4]);
  expect(await read("conj")).toEqual([1, -2, 3, 4]);
  expect(await read("neg")).toEqual([-1, -2, -3, 4]);
  expect(await read("conj-neg")).toEqual([-1, 2, -3, -4]);
});

test("NaNs keep their bits when gathered", async () => {
  const bits = BigUint64Array.of(0x7ff0000000000001n, 0x7ff4dead00000000n, 0xfff8000000000bedn, 1n);
  const tensor = lazy(memorySource(new Uint8Array(bits.buffer)), {
    dtype: "float64",
    shape: [2, 2],
    strides: [1, 2],
    offset: 0,
  });
  expect(new BigUint64Array((await tensor.read()).buffer)).toEqual(
    BigUint64Array.of(bits[0]!, bits[2]!, bits[1]!, bits[3]!),
  );
});

test("more than 4 GiB at once: a typed error; chunks still work", async () => {
  const source: ByteSource = { byteLength: 2 ** 33, label: "huge", read: async (_, length) => new Uint8Array(length) };
  const tensor = lazy(source, { dtype: "uint8", shape: [2 ** 33], strides: [1], offset: 0 });
  await expect(tensor.read()).rejects.toThrow(
    'tensor "w" uint8 [8589934592] takes 8589934592 bytes; at most 4294967296 fit in one array',
  );
  expect((await tensor.chunks()[Symbol.asyncIterator]().next()).value).toHaveLength(CHUNK_BYTES);
});
