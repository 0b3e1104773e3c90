import { readFile } from "node:fs/promises";
import { type ByteSource, concatBytes, FormatError, memorySource } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixture } from "../test/fixtures.ts";
import { outputsPatch } from "./outputs-patch.ts";
import { readOnnxMetadata } from "./read-onnx-metadata.ts";

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
/** A length-delimited field with a payload under 128 bytes. */
const field = (number: number, payload: readonly number[]): number[] => [number * 8 + 2, payload.length, ...payload];
const entry = (key: string, value: string): number[] => field(14, [...field(1, text(key)), ...field(2, text(value))]);
const GRAPH = field(7, []);
const read = (...parts: readonly (readonly number[])[]): Promise<ReadonlyMap<string, string>> =>
  readOnnxMetadata(memorySource(Uint8Array.from(parts.flat())));

test("reads a file written by Python's onnx", async () => {
  const metadata = await readOnnxMetadata(memorySource(new Uint8Array(await readFile(fixture("classifier.onnx")))));
  expect([...metadata.keys()]).toEqual(["Image.BitmapPixelFormat", "samoyed"]);
  expect(JSON.parse(metadata.get("samoyed")!)).toMatchObject({ model: "tiny.fixture" });
});

test("skips a graph of gigabytes without reading it", async () => {
  const header = Uint8Array.of(0x08, 8, 0x3a, 0x80, 0x80, 0x80, 0x80, 0x06); // ir_version 8; a graph of 1.5 GiB
  const tail = Uint8Array.from(entry("samoyed", "{}"));
  const graph = 0x60000000;
  const reads: number[] = [];
  const source: ByteSource = {
    byteLength: header.length + graph + tail.length,
    label: "big.onnx",
    read: async (offset, length) => {
      reads.push(length);
      if (offset < header.length) return concatBytes([header, new Uint8Array(length)]).slice(offset, offset + length);
      return tail.slice(offset - header.length - graph, offset - header.length - graph + length);
    },
  };
  expect(await readOnnxMetadata(source)).toEqual(new Map([["samoyed", "{}"]]));
  expect(Math.max(...reads)).toBeLessThan(32);
});

test("unknown fields of every wire type are skipped; missing keys and values are empty, as in protobuf", async () => {
  const metadata = await read(
    [0x08, 8],
    [0xc0, 0x0c, 1], // field 200, varint
    GRAPH,
    [0x49, 1, 2, 3, 4, 5, 6, 7, 8], // field 9, 64 bits
    [0x4d, 1, 2, 3, 4], // field 9, 32 bits
    field(14, field(1, text("only a key"))),
    field(14, [...field(9, [1, 2]), ...field(2, text("ä")), ...field(1, text("k"))]),
  );
  expect(metadata).toEqual(
    new Map([
      ["only a key", ""],
      ["k", "ä"],
    ]),
  );
});

describe("hostile bytes", () => {
  const cases: [string, readonly number[], RegExp][] = [
    ["no bytes", [], /the file is empty/],
    ["a model without a graph", entry("a", "b"), /no graph/],
    ["a JPEG", [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46], /not an ONNX model/],
    ["a zip", text("PK\u0003\u0004aaaaaaaaaaaaaa"), /not an ONNX model/],
    ["a web page", text("<!doctype html><html>"), /a web page, not an ONNX model/],
    ["a Git LFS pointer", text("version https://git-lfs.github.com/spec/v1\n"), /Git LFS pointer/],
    ["a model that is cut short", [0x08, 8, 0x3a, 100, 1, 2], /ends in the middle of the ONNX model/],
    ["field number 0", [0x02, 0], /no field tag/],
    ["a group", [...GRAPH, 0x0b], /wire type 3/],
    ["wire type 7", [...GRAPH, 0x0f], /wire type 7/],
    ["a length beyond the end", [0x3a, 5, 1, 2], /field 7 with 5 bytes, 2 are left/],
    ["a length of 2^63", [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], /bytes, 0 are left/],
    ["a varint of eleven bytes", [...GRAPH, 0x08, ...new Array<number>(10).fill(0x80), 1], /no varint/],
    ["a varint cut off", [...GRAPH, 0x08, 0x80], /no varint/],
    ["a tag cut off", [...GRAPH, 0x80], /no field tag/],
    [
      "an entry whose key leaves it",
      [...GRAPH, ...field(14, [0x0a, 100, 65]), ...new Array<number>(200).fill(0)],
      /field 1 with 100 bytes, 1 are left/,
    ],
    ["a key twice", [...GRAPH, ...entry("a", "1"), ...entry("a", "2")], /"a" twice/],
    ["text that is not UTF-8", [...GRAPH, ...field(14, field(1, [0xff, 0xfe]))], /not UTF-8/],
    [
      "ten thousand fields",
      new Array<number>(20_002).fill(0).flatMap((_, i) => (i % 2 ? [0] : [0x08])),
      /more than 10000/,
    ],
  ];
  test.each(cases)("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(FormatError);
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test("too much metadata is refused before it is read", async () => {
    const half = 40 << 20;
    const one = (): Uint8Array =>
      concatBytes([Uint8Array.of(0x72, 0x80, 0x80, 0x80, 0x14), new Uint8Array(half).fill(0)]);
    const bytes = concatBytes([Uint8Array.from(GRAPH), one(), one()]);
    // An all-zero entry is not an entry; a first one of valid fields, then the limit.
    for (let at = 7; at < 7 + half; at += 2) bytes[at] = 0x18;
    await expect(readOnnxMetadata(memorySource(bytes))).rejects.toThrow(/over 67108864 bytes of metadata/);
  });

  test("arbitrary bytes give metadata or a FormatError", async () => {
    const good = new Uint8Array(await readFile(fixture("classifier.onnx")));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(good.length),
        async (edits, length) => {
          const bytes = good.slice(0, length);
          for (const [at, value] of edits) if (at < length) bytes[at] = value;
          const result = await readOnnxMetadata(memorySource(bytes)).catch((error: unknown) => error);
          expect(result instanceof Map || result instanceof FormatError).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("the patch of outputs is a graph with named outputs, lengths above 127 included", () => {
  expect([...outputsPatch(["ab"])]).toEqual([0x3a, 6, 0x62, 4, 0x0a, 2, 97, 98]);
  const long = outputsPatch(["x".repeat(200)]);
  expect([...long.slice(0, 9)]).toEqual([0x3a, 206, 1, 0x62, 203, 1, 0x0a, 200, 1]);
  expect(long).toHaveLength(209);
});
