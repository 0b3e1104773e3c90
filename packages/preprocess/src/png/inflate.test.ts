import { constants, deflateRawSync, deflateSync } from "node:zlib";

import { FormatError } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { inflateInto } from "./inflate.ts";

function inflate(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  inflateInto(output, input);
  return output;
}

/** A zlib stream around bits given first to last, least significant first within a field. */
function stream(...fields: (readonly [value: number, size: number])[]): Uint8Array {
  const bits = fields.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => (value >> i) & 1));
  const bytes = [0x78, 0x9c];
  for (let at = 0; at < bits.length; at += 8) {
    bytes.push(bits.slice(at, at + 8).reduce((byte, bit, i) => byte | (bit << i), 0));
  }
  return Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0]);
}

/** Lengths of the codes for literals, 0 except for the given ones. */
function lengthsOf(...given: (readonly [symbol: number, length: number])[]): number[] {
  const lengths = new Array<number>(Math.max(257, ...given.map(([symbol]) => symbol + 1))).fill(0);
  for (const [symbol, length] of given) lengths[symbol] = length;
  return lengths;
}

/** A stream of one dynamic block, its code lengths written in four bits each, and then the given bits. */
function dynamicBlock(
  literals: readonly number[],
  distances: readonly number[],
  ...rest: (readonly [value: number, size: number])[]
): Uint8Array {
  const reversed = (value: number): number =>
    [0, 1, 2, 3].reduce((sum, bit) => sum | (((value >> bit) & 1) << (3 - bit)), 0);
  return stream(
    [1, 1],
    [2, 2],
    [literals.length - 257, 5],
    [distances.length - 1, 5],
    [15, 4],
    ...Array.from({ length: 19 }, (_, i) => [i < 3 ? 0 : 4, 3] as const),
    ...[...literals, ...distances].map((length) => [reversed(length), 4] as const),
    ...rest,
  );
}

test("streams that zlib deflates at every level and with every strategy", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 3000 }),
        fc.array(fc.nat(3), { maxLength: 3000 }).map((a) => Uint8Array.from(a)),
      ),
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
      fc.integer({ min: 9, max: 15 }),
      (data, level, strategy, windowBits) => {
        expect(inflate(deflateSync(data, { level, strategy, windowBits }), data.length)).toEqual(data);
      },
    ),
    { numRuns: 300, seed: 3 },
  );
});

test("a large image's worth, over many blocks", () => {
  const data = Uint8Array.from({ length: 1_500_000 }, (_, i) => (i * i) >> 7);
  expect(Buffer.compare(inflate(deflateSync(data), data.length), data)).toBe(0);
});

test("it stops when the output is full, even in the middle of a match", () => {
  const data = new Uint8Array(5000).fill(7);
  expect(inflate(deflateSync(data), 1234)).toEqual(data.subarray(0, 1234));
  expect(inflate(deflateSync(data, { level: 0 }), 1234)).toEqual(data.subarray(0, 1234));
});

describe("streams that zlib refuses", () => {
  const good = deflateSync(Uint8Array.of(1, 2, 3, 4));

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /end after 0 of 4 bytes/],
    ["another method", Uint8Array.of(0x79, 0x9c, ...good.subarray(2)), /wrong header/],
    ["a dictionary", Uint8Array.of(0x78, 0xbb, ...good.subarray(2)), /wrong header/],
    ["a header's check", Uint8Array.of(0x78, 0x9d, ...good.subarray(2)), /wrong header/],
    ["the third block type", stream([1, 1], [3, 2]), /wrong block type/],
    ["a stored block's length", stream([1, 1], [0, 2], [0, 5], [4, 16], [4, 16]), /wrong stored block length/],
    ["an end in a stored block", deflateSync(new Uint8Array(4), { level: 0 }).subarray(0, 9), /end after 2 of 4 bytes/],
    ["a distance before the beginning", stream([1, 1], [1, 2], [64, 7], [0, 5]), /wrong distance/],
    ["too many codes", stream([1, 1], [2, 2], [30, 5], [0, 5], [0, 4]), /wrong number of codes/],
    [
      "an over-subscribed code",
      stream([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [1, 3], [1, 3], [1, 3], [0, 3]),
      /set of code lengths, over-subscribed/,
    ],
    [
      "an incomplete code",
      stream([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [2, 3], [0, 3], [0, 3], [0, 3]),
      /set of code lengths, incomplete/,
    ],
    [
      "a repeat with nothing before",
      stream([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [1, 3], [1, 3], [0, 3], [0, 3], [0, 1]),
      /repeated code length, with none before/,
    ],
    ["no end of block", dynamicBlock(lengthsOf([0, 1], [1, 1]), [1]), /without an end of block/],
    [
      "an over-subscribed set of literals",
      dynamicBlock(lengthsOf([0, 1], [1, 1], [256, 1]), [1]),
      /set of literals, over-subscribed/,
    ],
    ["an incomplete set of literals", dynamicBlock(lengthsOf([0, 2], [256, 2]), [1]), /set of literals, incomplete/],
    [
      "an incomplete set of distances",
      dynamicBlock(lengthsOf([0, 1], [256, 1]), [2, 2]),
      /set of distances, incomplete/,
    ],
    [
      "a code unused by the only literal",
      dynamicBlock(lengthsOf([256, 1]), [1], [1, 1]),
      /wrong literal or length code/,
    ],
    [
      "a distance where there are none",
      dynamicBlock(lengthsOf([256, 1], [257, 1]), [0], [1, 1]),
      /wrong distance code/,
    ],
    ["only an end of block", dynamicBlock(lengthsOf([256, 1]), [0], [0, 1]), /end after 0 of 4 bytes/],
    ["a wrong checksum", Uint8Array.of(...good.subarray(0, -1), good[good.length - 1]! ^ 1), /wrong checksum/],
  ])("%s", (_, bytes, message) => {
    expect(() => inflate(bytes, 4)).toThrow(FormatError);
    expect(() => inflate(bytes, 4)).toThrow(message);
  });

  test("every cut that removes data", () => {
    const data = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) >> 3);
    const raw = deflateRawSync(data);
    // The last two bytes may contain only the end of the block.
    for (let length = 0; length < raw.length - 2; length++) {
      expect(
        () => inflate(Uint8Array.of(0x78, 0x9c, ...raw.subarray(0, length)), data.length),
        `${length} bytes`,
      ).toThrow(FormatError);
    }
  });

  test("any change of bytes: data or a typed error", () => {
    const files = [0, 1, 6, 9].map((level) =>
      deflateSync(
        Uint8Array.from({ length: 600 }, (_, i) => (i * i) >> 5),
        { level },
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), (file, at, value) => {
        const bytes = file.slice();
        bytes[at % bytes.length] = value;
        try {
          inflate(bytes, 600);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000, seed: 4 },
    );
  });
});
