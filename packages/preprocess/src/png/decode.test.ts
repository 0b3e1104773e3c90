import { deflateSync } from "node:zlib";

import { crc32, FormatError, SamoyedError, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readImages, sha256 } from "../../test/cases.ts";
import { decodePng } from "./decode.ts";

const recorded = readImages("png");
const damaged = readImages("png-damaged");

function chunk(name: string, data: Uint8Array | readonly number[] = []): number[] {
  const body = [...Buffer.from(name, "latin1"), ...data];
  const crc = crc32(Uint8Array.from(body));
  return [...uint32(data.length), ...body, ...uint32(crc)];
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

interface Parts {
  readonly width?: number;
  readonly height?: number;
  readonly depth?: number;
  readonly color?: number;
  readonly filter?: number;
  readonly extra?: readonly number[];
  readonly stream?: readonly number[];
  readonly compressed?: Uint8Array;
  readonly data?: readonly number[];
  readonly tail?: readonly number[];
}

/** A PNG made by hand: 2×1 gray pixels 1 and 2 by default. */
function png(parts: Parts = {}): Uint8Array {
  const { width = 2, height = 1, depth = 8, color = 0, filter = 0, extra = [], stream = [0, 1, 2] } = parts;
  const compressed = parts.compressed ?? deflateSync(Uint8Array.from(stream));
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...uint32(width), ...uint32(height), depth, color, 0, filter, 0]),
    ...extra,
    ...(parts.data ?? chunk("IDAT", compressed)),
    ...(parts.tail ?? chunk("IEND")),
  ]);
}

function rgb(bytes: Uint8Array): number[] {
  return [...decodePng(bytes).data];
}

describe("images that Pillow decodes", () => {
  test("there are enough recorded images, of every kind", () => {
    expect(recorded.length).toBeGreaterThanOrEqual(180);
    for (const [color, depths] of [
      [0, [1, 2, 4, 8, 16]],
      [2, [8, 16]],
      [3, [1, 2, 4, 8]],
      [4, [8, 16]],
      [6, [8, 16]],
    ] as const) {
      for (const depth of depths) {
        for (const title of [`type ${color}, ${depth} bits`, `type ${color}, ${depth} bits, interlaced`]) {
          expect(
            recorded.some((each) => each.case[0] === title),
            title,
          ).toBe(true);
        }
      }
    }
  });

  test.each(recorded.map((each, index) => [index, each] as const))(
    "image %i is equal to Pillow's",
    (_, { bytes, case: wanted }) => {
      const [title, , width, height, hash] = wanted;
      const image = decodePng(bytes);
      expect({ title, width: image.width, height: image.height, hash: sha256(image.data) }).toEqual({
        title,
        width,
        height,
        hash,
      });
    },
  );

  test("alpha and transparent colors are dropped, 16-bit gray is cut at 255, missing palette entries are black", () => {
    expect(rgb(png({ color: 6, width: 1, stream: [0, 9, 8, 7, 0] }))).toEqual([9, 8, 7]);
    expect(rgb(png({ extra: chunk("tRNS", [0, 1]) }))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(rgb(png({ depth: 16, stream: [0, 0, 200, 1, 0] }))).toEqual([200, 200, 200, 255, 255, 255]);
    expect(rgb(png({ color: 3, extra: chunk("PLTE", [1, 2, 3, 4, 5, 6]), stream: [0, 1, 2] }))).toEqual([
      4, 5, 6, 0, 0, 0,
    ]);
    expect(rgb(png({ color: 3, extra: chunk("PLTE", [1, 2, 3, 4]) }))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(rgb(png({ color: 3 }))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("a suggested palette of any size, and a chunk of image data that is cut where rows are complete", () => {
    const extra = chunk("PLTE", new Uint8Array(771));
    expect(rgb(png({ extra, color: 2, width: 1, stream: [0, 9, 8, 7] }))).toEqual([9, 8, 7]);
    const stream = deflateSync(Uint8Array.from([0, 1, 2]));
    const data = [...chunk("IDAT", stream.subarray(0, 4)), ...chunk("IDAT", stream.subarray(4)).slice(0, -6)];
    expect(rgb(png({ data, tail: [] }))).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("checksums after the header, a missing end and data after the last row do not matter", () => {
    const data = chunk("IDAT", deflateSync(Uint8Array.from([0, 1, 2])));
    data[data.length - 1]! ^= 1;
    expect(rgb(png({ data }))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(rgb(png({ tail: [] }))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(rgb(png({ stream: [0, 1, 2, 0, 3, 4] }))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(rgb(png({ data: data.slice(0, -6), tail: [] }))).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("the first frame of an animation", () => {
    const frame = (sequence: number, width: number) => [
      ...uint32(sequence),
      ...uint32(width),
      ...uint32(1),
      ...new Uint8Array(14),
    ];
    const animation = [...chunk("acTL", [...uint32(2), ...uint32(0)]), ...chunk("fcTL", frame(0, 2))];
    const second = [
      ...chunk("fcTL", frame(1, 2)),
      ...chunk("fdAT", [...uint32(2), ...deflateSync(Uint8Array.of(0, 7, 7))]),
    ];
    expect(rgb(png({ extra: animation, tail: [...second, ...chunk("IEND")] }))).toEqual([1, 1, 1, 2, 2, 2]);
    expect(() => decodePng(png({ extra: chunk("fcTL", frame(0, 1)) }))).toThrow(UnsupportedError);
  });
});

describe("damaged files", () => {
  test.each(damaged.map((each, index) => [index, each] as const))(
    "file %i is decoded or refused as by Pillow",
    (_, { bytes, case: wanted }) => {
      if (wanted[4] === null) {
        expect(() => decodePng(bytes)).toThrow(SamoyedError);
      } else {
        expect(sha256(decodePng(bytes).data)).toBe(wanted[4]);
      }
    },
  );

  test("any change of bytes: an image or a typed error", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...recorded.map((each) => each.bytes)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(),
        (file, changes, end) => {
          const bytes = file.slice(0, end % 3 === 0 ? end % (file.length + 1) : file.length);
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
          try {
            const image = decodePng(bytes);
            expect(image.data.length).toBe(image.width * image.height * 3);
          } catch (error) {
            expect(error).toBeInstanceOf(SamoyedError);
          }
        },
      ),
      { numRuns: 1500, seed: 2 },
    );
  });
});

describe("hostile and unsupported files", () => {
  const badCrc = chunk("tEXt", [1, 0, 2]);
  badCrc[badCrc.length - 1]! ^= 1;
  const whole = png();

  const refused: [string, Uint8Array, typeof FormatError | typeof UnsupportedError, RegExp][] = [
    ["nothing", new Uint8Array(0), FormatError, /no PNG signature/],
    ["only the signature", whole.subarray(0, 8), FormatError, /ends at byte 8, before the image data/],
    [
      "cut in the header",
      whole.subarray(0, 20),
      FormatError,
      /ends at byte 20, in chunk IHDR at byte 8, 13 bytes long/,
    ],
    ["cut in the data", whole.subarray(0, 46), FormatError, /image data end after \d of 3 bytes/],
    ["cut after the data", png({ tail: chunk("tEXt", [1, 0, 2]).slice(0, -6) }), FormatError, /in chunk tEXt at byte/],
    [
      "cut after frames of no animation",
      png({ tail: [...chunk("fcTL", new Uint8Array(26)), ...chunk("tEXt", [1, 0, 2]).slice(0, -6)] }),
      FormatError,
      /in chunk tEXt at byte/,
    ],
    ["a wrong checksum in the header", png({ extra: badCrc }), FormatError, /chunk tEXt at byte 33 has checksum/],
    [
      "a chunk beyond the file",
      png({ extra: [...uint32(0xffffffff), ...Buffer.from("tEXt")] }),
      FormatError,
      /4294967295 bytes long/,
    ],
    ["a chunk's name", png({ extra: chunk("a-b.") }), FormatError, /chunk "a-b\." at byte 33/],
    ["no image data", png({ data: [] }), FormatError, /without image data/],
    ["no header", Uint8Array.from([...whole.subarray(0, 8), ...whole.subarray(33)]), FormatError, /before the header/],
    [
      "a short header",
      Uint8Array.from([...whole.subarray(0, 8), ...chunk("IHDR", [1, 2])]),
      FormatError,
      /header of 2 bytes/,
    ],
    ["width 0", png({ width: 0 }), FormatError, /0×1 pixels/],
    ["too many pixels", png({ width: 0x7fffffff, height: 2 }), UnsupportedError, /at most 178956970 pixels/],
    [
      "large, with no data",
      png({ width: 13_000, height: 13_000 }),
      FormatError,
      /cannot hold 13000×13000 pixels of 8 bits/,
    ],
    ["an invalid color type", png({ color: 5 }), FormatError, /color type 5 with 8 bits/],
    ["an invalid depth", png({ color: 2, depth: 4 }), FormatError, /color type 2 with 4 bits/],
    ["a filter method", png({ filter: 1 }), FormatError, /filter method 1/],
    ["a filter type", png({ stream: [5, 1, 2] }), FormatError, /filter type 5 in row 0/],
    ["rows missing", png({ height: 2 }), FormatError, /image data end after 3 of 6 bytes/],
    [
      "a palette of 257 colors",
      png({ color: 3, extra: chunk("PLTE", new Uint8Array(771)) }),
      FormatError,
      /palette of 771 bytes/,
    ],
    [
      "a second chunk of image data, cut, which is not needed",
      png({ tail: [...uint32(90), ...Buffer.from("IDAT"), 1, 2] }),
      FormatError,
      /in image data after the last row/,
    ],
    [
      "a second header that is cut",
      png({ tail: [...chunk("IHDR"), ...chunk("IEND")] }),
      FormatError,
      /second header of 0/,
    ],
    [
      "a frame that is not within the picture",
      png({ extra: chunk("fcTL", [...uint32(0), ...uint32(2), ...uint32(1), ...uint32(1), ...new Uint8Array(10)]) }),
      FormatError,
      /frame of 2×1 at 1, 0 is not within 2×1 pixels/,
    ],
    [
      "frames in a wrong order",
      png({ extra: chunk("fcTL", uint32(1).concat(Array(22).fill(0))) }),
      FormatError,
      /number 1; expected 0/,
    ],
    ["a short frame count", png({ extra: chunk("acTL", [0, 0]) }), FormatError, /animation control of 2 bytes/],
    [
      "frame data without a frame",
      png({
        extra: chunk("acTL", [...uint32(1), ...uint32(0)]),
        tail: [...chunk("fdAT", uint32(0)), ...chunk("IEND")],
      }),
      FormatError,
      /frame data come before any frame/,
    ],
    [
      "a checksum of the data",
      png({ compressed: Uint8Array.of(...deflateSync(Uint8Array.of(0, 1, 2)).subarray(0, -1), 0) }),
      FormatError,
      /wrong checksum/,
    ],
    [
      "image data in two places",
      png({
        data: [
          ...chunk("IDAT", deflateSync(Uint8Array.of(0, 1, 2)).subarray(0, 3)),
          ...chunk("tEXt", [65, 0, 66]),
          ...chunk("IDAT", deflateSync(Uint8Array.of(0, 1, 2)).subarray(3)),
        ],
      }),
      FormatError,
      /image data end after/,
    ],
  ];

  test.each(refused)("%s", (_, bytes, type, message) => {
    expect(() => decodePng(bytes)).toThrow(type);
    expect(() => decodePng(bytes)).toThrow(message);
  });

  test("a bomb is not inflated beyond the image: the rest is not even read", () => {
    const bomb = deflateSync(new Uint8Array(50_000_000));
    expect(rgb(png({ compressed: bomb.fill(0xff, 60) }))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
