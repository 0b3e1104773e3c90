import { FormatError, SamoyedError, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readImages, sha256 } from "../../test/cases.ts";
import { decodeJpeg } from "./decode.ts";
import { parseFrame } from "./frame.ts";
import { createCoefficientStore, MAX_BLOCK_VISITS } from "./multi-scan.ts";

const recorded = readImages("jpeg");
const damaged = readImages("jpeg-damaged");

/** A recorded file with a matching title. */
function sample(title: RegExp): Uint8Array {
  const found = recorded.find((each) => title.test(each.case[0]));
  if (found === undefined) throw new Error(`no recorded image is named ${title}`);
  return found.bytes;
}

/** The offset of a marker's 0xFF. */
function findMarker(bytes: Uint8Array, code: number): number {
  return bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === code);
}

function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

function without(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array([...bytes.subarray(0, from), ...bytes.subarray(to)]);
}

/** The contents of a frame header: 2,048 × 2,048 gray pixels. */
const largeFrame = Uint8Array.of(8, 8, 0, 8, 0, 1, 1, 0x11, 0);
const gray = sample(/^L pillow .*'progressive': False/);
const color = sample(/^RGB pillow .*'progressive': False, 'optimize': True, 'subsampling': 2/);
const progressive = sample(/^RGB pillow .*'progressive': True/);

describe("images that Pillow decodes", () => {
  test("there are enough recorded images, of every kind", () => {
    expect(recorded.length).toBeGreaterThanOrEqual(400);
    for (const kind of [
      /^L /,
      /^RGB /,
      /^CMYK (?!.*YCCK)/,
      /YCCK/,
      /-rgb/,
      /'keep_rgb': True/,
      /restart/,
      /progressive/,
      /-sample 1x2/,
      /-sample 4x1/,
      /-sample 2x2,1x2,2x1/,
      / 0;1;2;|0; 1; 2;/,
      /no Huffman tables/,
      /EXIF/,
    ]) {
      expect(
        recorded.some((each) => kind.test(each.case[0])),
        String(kind),
      ).toBe(true);
    }
  });

  test.each(recorded.map((each, index) => [index, each] as const))(
    "image %i is equal to Pillow's",
    (_, { bytes, case: wanted }) => {
      const [title, , width, height, hash] = wanted;
      const image = decodeJpeg(bytes);
      expect({ title, width: image.width, height: image.height, hash: sha256(image.data) }).toEqual({
        title,
        width,
        height,
        hash,
      });
    },
  );

  test("a part of an image is equal to that part of the whole", () => {
    for (const [index, { bytes }] of recorded.entries()) {
      const whole = decodeJpeg(bytes);
      const box = {
        x: (index * 7) % whole.width,
        y: (index * 5) % whole.height,
        width: 0,
        height: 0,
      };
      box.width = 1 + ((index * 3) % (whole.width - box.x));
      box.height = 1 + ((index * 11) % (whole.height - box.y));
      const part = decodeJpeg(bytes, { region: () => box });
      for (let y = box.y; y < box.y + box.height; y++) {
        const from = (y * whole.width + box.x) * 3;
        const to = from + box.width * 3;
        expect(part.data.subarray(from, to), `image ${index}, row ${y}`).toEqual(whole.data.subarray(from, to));
      }
    }
  });
});

describe("application segments after the first scan begins", () => {
  const ADOBE_RGB = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const JFIF = [0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
  const inserted = (bytes: Uint8Array, at: number, segment: readonly number[]): Uint8Array =>
    new Uint8Array([...bytes.subarray(0, at), ...segment, ...bytes.subarray(at)]);
  /** The offset of the marker after the first scan's data. */
  const afterFirstScan = (bytes: Uint8Array): number => {
    const scan = findMarker(bytes, 0xda);
    return bytes.findIndex(
      (byte, i) => i > scan + 2 && byte === 0xff && bytes[i + 1]! >= 0xc0 && bytes[i + 1]! !== 0xff,
    );
  };
  const bare = (bytes: Uint8Array): Uint8Array => {
    const at = findMarker(bytes, 0xe0);
    return without(bytes, at, at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!));
  };

  // Pillow 13 decodes each file to the pixels of the file without the segment.
  test.each([
    ["one scan", bare(color)],
    ["several scans", bare(progressive)],
  ])("%s: Adobe's does not turn YCC into RGB, and before the scan it does", (_, bytes) => {
    const wanted = decodeJpeg(bytes).data;
    expect(decodeJpeg(inserted(bytes, afterFirstScan(bytes), ADOBE_RGB)).data).toEqual(wanted);
    expect(decodeJpeg(inserted(bytes, 2, ADOBE_RGB)).data).not.toEqual(wanted);
  });

  test.each([
    ["one scan", bare(color)],
    ["several scans", bare(progressive)],
  ])("%s: JFIF's does not turn RGB into YCC, and before the scan it does", (_, ycc) => {
    const bytes = inserted(ycc, 2, ADOBE_RGB);
    const wanted = decodeJpeg(bytes).data;
    expect(decodeJpeg(inserted(bytes, afterFirstScan(bytes), JFIF)).data).toEqual(wanted);
    expect(decodeJpeg(inserted(bytes, 2, JFIF)).data).not.toEqual(wanted);
  });
});

describe("damaged files", () => {
  test("there are enough, many of which Pillow opens", () => {
    expect(damaged.length).toBeGreaterThanOrEqual(250);
    expect(damaged.filter((each) => each.case[4] !== null).length).toBeGreaterThanOrEqual(100);
  });

  test.each(damaged.map((each, index) => [index, each] as const))(
    "file %i is decoded or refused as by Pillow",
    (_, { bytes, case: wanted }) => {
      if (wanted[4] === null) {
        expect(() => decodeJpeg(bytes)).toThrow(SamoyedError);
      } else {
        expect(sha256(decodeJpeg(bytes).data)).toBe(wanted[4]);
      }
    },
  );

  test("any change of bytes: an image or a typed error", () => {
    const files = recorded.map((each) => each.bytes);
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(), { nil: undefined }),
        (file, changes, end) => {
          const bytes = file.slice(0, end === undefined ? file.length : end % (file.length + 1));
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
          try {
            const image = decodeJpeg(bytes);
            expect(image.data.length).toBe(image.width * image.height * 3);
          } catch (error) {
            expect(error).toBeInstanceOf(SamoyedError);
          }
        },
      ),
      { numRuns: 1500, seed: 1 },
    );
  });
});

describe("hostile and unsupported files", () => {
  const sof = findMarker(color, 0xc0);
  const sos = findMarker(color, 0xda);

  const refused: [string, Uint8Array, typeof FormatError | typeof UnsupportedError, RegExp][] = [
    ["nothing", new Uint8Array(0), FormatError, /does not begin with FFD8/],
    [
      "only the first marker",
      Uint8Array.of(0xff, 0xd8, 0xff),
      FormatError,
      /ends at byte 3, before the end-of-image marker/,
    ],
    ["no image", Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), FormatError, /ends without an image/],
    [
      "cut in the header",
      color.subarray(0, sof + 5),
      FormatError,
      /ends at byte \d+, in segment FFC0 at byte \d+, 17 bytes long/,
    ],
    ["cut in the data", color.subarray(0, sos + 20), FormatError, /ends at byte \d+, within the image data/],
    [
      "progressive, cut",
      progressive.subarray(0, progressive.length - 2),
      FormatError,
      /ends at byte \d+, (before the end-of-image|within the image data)/,
    ],
    ["no end marker", gray.subarray(0, gray.length - 2), FormatError, /at the end of the image data/],
    ["a segment of length 1", patched(color, sof + 2, 0, 1), FormatError, /FFC0 at byte \d+ has length 1/],
    [
      "a segment beyond the file",
      patched(color, sof + 2, 0xff, 0xff),
      FormatError,
      /FFC0 at byte \d+, 65535 bytes long/,
    ],
    ["height 0", patched(color, sof + 5, 0, 0), FormatError, /×0 pixels in its header/],
    ["width 0", patched(color, sof + 7, 0, 0), FormatError, /is 0×/],
    ["huge, with no data", patched(color, sof + 5, 0x30, 0, 0x30, 0), FormatError, /cannot hold 12288×12288 pixels/],
    [
      "more than MAX_PIXELS",
      patched(color, sof + 5, 0xff, 0, 0xff, 0),
      UnsupportedError,
      /65280×65280 pixels; at most 178956970/,
    ],
    ["a side above libjpeg's", patched(color, sof + 5, 0xff, 0xff, 0, 1), UnsupportedError, /at most 65500 on a side/],
    ["12 bits", patched(color, sof + 4, 12), UnsupportedError, /12 bits per sample/],
    ["lossless", patched(color, sof + 1, 0xc3), UnsupportedError, /lossless images \(marker FFC3\)/],
    ["arithmetic coding", patched(color, sof + 1, 0xc9), UnsupportedError, /arithmetic-coded images \(marker FFC9\)/],
    ["arithmetic progressive", patched(color, sof + 1, 0xca), UnsupportedError, /arithmetic-coded progressive/],
    [
      "two components",
      new Uint8Array([
        ...color.subarray(0, sof + 2),
        0,
        14,
        8,
        0,
        8,
        0,
        8,
        2,
        1,
        0x11,
        0,
        2,
        0x11,
        0,
        ...color.subarray(sos),
      ]),
      UnsupportedError,
      /2 color components/,
    ],
    ["sampling factor 0", patched(color, sof + 11, 0x01), FormatError, /sampling factors 0×1/],
    ["sampling factor 5", patched(color, sof + 11, 0x15), FormatError, /sampling factors 1×5/],
    ["fractional sampling", patched(color, sof + 11, 0x31, 0, 2, 0x21), UnsupportedError, /sampled 2×1 of 3×1/],
    [
      "a second frame",
      new Uint8Array([...color.subarray(0, sos), ...color.subarray(sof)]),
      FormatError,
      /a second frame begins/,
    ],
    ["a scan before the frame", without(color, sof, sof + 19), FormatError, /before any frame/],
    ["a second first marker", new Uint8Array([0xff, 0xd8, ...color]), FormatError, /FFD8 at byte 2 is not allowed/],
    [
      "an unknown marker",
      new Uint8Array([0xff, 0xd8, 0xff, 0xf3, ...color.subarray(2)]),
      FormatError,
      /FFF3 at byte 2 is not allowed/,
    ],
    [
      "quantization table 4",
      new Uint8Array([0xff, 0xd8, 0xff, 0xdb, 0, 67, 4, ...new Uint8Array(64), ...color.subarray(2)]),
      FormatError,
      /quantization table 4/,
    ],
    [
      "a cut quantization table",
      new Uint8Array([0xff, 0xd8, 0xff, 0xdb, 0, 10, 0, ...new Uint8Array(7), ...color.subarray(2)]),
      FormatError,
      /FFDB at byte 2 has length 10/,
    ],
    ["a missing quantization table", patched(color, sof + 12, 3), FormatError, /uses quantization table 3/],
    [
      "Huffman table 5",
      new Uint8Array([0xff, 0xd8, 0xff, 0xc4, 0, 19, 5, ...new Uint8Array(16), ...color.subarray(2)]),
      FormatError,
      /Huffman table 5/,
    ],
    [
      "Huffman codes beyond the segment",
      new Uint8Array([0xff, 0xd8, 0xff, 0xc4, 0, 19, 0, 200, ...new Uint8Array(15), ...color.subarray(2)]),
      FormatError,
      /claims 200 codes/,
    ],
    ["a missing Huffman table", patched(color, sos + 6, 0x33), FormatError, /uses DC Huffman table 3/],
    ["an unknown component", patched(color, sos + 5, 99), FormatError, /names component 99/],
    ["a scan of 5 components", patched(color, sos + 4, 5), FormatError, /FFDA at byte \d+ has length/],
    [
      "invalid arithmetic coding conditions",
      new Uint8Array([0xff, 0xd8, 0xff, 0xcc, 0, 4, 0, 0x01, ...color.subarray(2)]),
      FormatError,
      /has condition 1 for table 0/,
    ],
    [
      "a restart interval of 3 bytes",
      new Uint8Array([0xff, 0xd8, 0xff, 0xdd, 0, 5, 0, 1, 2, ...color.subarray(2)]),
      FormatError,
      /FFDD at byte 2 has length 5/,
    ],
  ];

  test.each(refused)("%s", (_, bytes, type, message) => {
    expect(() => decodeJpeg(bytes)).toThrow(type);
    expect(() => decodeJpeg(bytes)).toThrow(message);
  });

  test("an over-subscribed Huffman table", () => {
    const table = findMarker(color, 0xc4);
    const bytes = patched(color, table + 5, 3);
    expect(() => decodeJpeg(bytes)).toThrow(/more codes of up to \d+ bits than a prefix code can|claims/);
  });

  test("a progressive scan with coefficients that are not allowed", () => {
    const scan = findMarker(progressive, 0xda);
    const parameters = scan + 4 + 2 * progressive[scan + 4]! + 1;
    expect(() => decodeJpeg(patched(progressive, parameters, 0, 5))).toThrow(/coefficients 0 to 5/);
    expect(() => decodeJpeg(patched(progressive, parameters, 7, 64))).toThrow(/coefficients 7 to 64/);
    expect(() => decodeJpeg(patched(progressive, parameters + 2, 0x35))).toThrow(/bits 3 to 5/);
  });

  // Pillow 13 does the same with these files.
  test("lengths that libjpeg does not look at, and one that it does", () => {
    const wanted = decodeJpeg(color).data;
    for (const code of [0xfe, 0xe5, 0xdc]) {
      for (const length of [0, 1, 2]) {
        const file = new Uint8Array([...color.subarray(0, 2), 0xff, code, 0, length, ...color.subarray(2)]);
        expect(decodeJpeg(file).data).toEqual(wanted);
      }
    }
    const end = color.length - 2;
    const cut = (...marker: number[]): Uint8Array =>
      new Uint8Array([...color.subarray(0, end), 0xff, ...marker, 0xff, 0xd9]);
    expect(decodeJpeg(cut(0xfe, 0x65, 0x2d)).data).toEqual(wanted);
    expect(() => decodeJpeg(cut(0xdd, 0x65, 0x2d))).toThrow(FormatError);
  });

  test("more work than any encoder asks for", () => {
    const scan = findMarker(progressive, 0xda);
    const empty = [0xff, 0xda, 0, 8, 1, progressive[scan + 5]!, 0, 0, 0, 0x10];
    const many = (scans: number): Uint8Array =>
      new Uint8Array([
        ...progressive.subarray(0, findMarker(progressive, 0xd9)),
        ...Array.from({ length: scans }, () => empty).flat(),
        ...[0xff, 0xd9],
      ]);
    expect(decodeJpeg(many(1000)).data).toEqual(decodeJpeg(progressive).data);
    const blocks = createCoefficientStore(parseFrame({ code: 0xc2, offset: 0 }, largeFrame)).nonzero[0]!.length / 2;
    const file = [...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0], ...new Uint8Array(64).fill(1)];
    file.push(0xff, 0xc2, 0, 11, ...largeFrame);
    for (let i = 0; i <= MAX_BLOCK_VISITS / blocks; i++) file.push(0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0x10);
    expect(() => decodeJpeg(new Uint8Array(file))).toThrow(UnsupportedError);
    expect(() => decodeJpeg(new Uint8Array(file))).toThrow(/scans visit \d+ blocks; at most 536870912 are decoded/);
  });

  test("an error has the offset, and a hint if the user can do something", () => {
    expect.assertions(2);
    try {
      decodeJpeg(color.subarray(0, sos + 20));
    } catch (error) {
      expect((error as SamoyedError).details).toMatchObject({ byteLength: sos + 20 });
      expect((error as SamoyedError).hint).toMatch(/truncated/);
    }
  });
});

test("the input is not changed, and the caller owns the result", () => {
  const bytes = color.slice();
  const first = decodeJpeg(bytes);
  expect(bytes).toEqual(color);
  const second = decodeJpeg(bytes);
  first.data.fill(0);
  expect(second.data.some((value) => value !== 0)).toBe(true);
});
