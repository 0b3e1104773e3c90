import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DTYPES, type DType } from "./dtype.ts";
import { FormatError, SamoyedError, UnsupportedError } from "../errors.ts";
import { encodeNpy, parseNpy } from "./npy.ts";
import { arrayToBytes, bytesToTensor, tensorByteLength } from "./tensor-bytes.ts";

const NUMPY_DTYPES = DTYPES.filter((dtype) => !/bfloat16|float8|complex32/u.test(dtype));

/** A file made by hand: version, header text and data. */
function npy(header: string, data: readonly number[] = [], version: readonly number[] = [1, 0]): Uint8Array {
  const text = [...new TextEncoder().encode(header)];
  const length = version[0] === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), ...version, ...length, ...text, ...data]);
}

const plain = (descr: string, shape: string, order = "False"): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

test("every dtype and shape survives a round trip", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<DType>(...NUMPY_DTYPES),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      (dtype, shape, stream) => {
        const bytes = Uint8Array.from({ length: tensorByteLength(dtype, shape) }, () => stream.next().value as number);
        const file = encodeNpy(bytesToTensor(bytes, dtype, shape));
        const back = parseNpy(file);
        expect(back.dtype).toBe(dtype);
        expect(back.shape).toEqual(shape);
        expect(arrayToBytes(back.data)).toEqual(bytes);
        expect((file.byteLength - bytes.byteLength) % 64).toBe(0);
      },
    ),
  );
});

test("the bytes equal those of numpy.save", () => {
  // Written by NumPy 2.4.6 for numpy.array([1, 2], "<i2").
  const expected = `934e554d5059010076007b276465736372273a20273c6932272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c292c207d${"20".repeat(60)}0a01000200`;
  const file = encodeNpy({ dtype: "int16", shape: [2], data: new Int16Array([1, 2]) });
  expect(Buffer.from(file).toString("hex")).toBe(expected);
});

test("Fortran order, big-endian and the later header versions", () => {
  const fortran = parseNpy(npy(plain("|u1", "(2, 3)", "True"), [1, 4, 2, 5, 3, 6]));
  expect([...(fortran.data as Uint8Array)]).toEqual([1, 2, 3, 4, 5, 6]);
  const cube = parseNpy(npy(plain("|u1", "(2, 2, 2)", "True"), [0, 4, 2, 6, 1, 5, 3, 7]));
  expect([...(cube.data as Uint8Array)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect([...(parseNpy(npy(plain(">i2", "(2,)"), [0, 1, 1, 0])).data as Int16Array)]).toEqual([1, 256]);
  const complex = parseNpy(npy(plain(">c8", "()"), [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0]));
  expect([...(complex.data as Float32Array)]).toEqual([1, 2]);
  expect(parseNpy(npy(plain("<i2", "(1,)"), [5, 0], [2, 0])).data[0]).toBe(5);
  expect(parseNpy(npy(plain("<i2", "(1,)"), [5, 0], [3, 0])).data[0]).toBe(5);
  expect(parseNpy(npy(`{"shape": (1L,), "fortran_order": False, "descr": "=u2"}`, [5, 0])).data[0]).toBe(5);
});

describe("a file that is not a readable .npy file", () => {
  test.each<[string, Uint8Array, new (message: string) => SamoyedError, RegExp]>([
    ["nothing", new Uint8Array(0), FormatError, /does not begin/u],
    ["text", new TextEncoder().encode("1,2,3\n4,5,6\n"), FormatError, /does not begin/u],
    ["a zip", new TextEncoder().encode("PK\u0003\u0004............"), FormatError, /does not begin/u],
    ["the magic alone", npy("").subarray(0, 8), FormatError, /the header alone takes more/u],
    ["version 9", npy(plain("<f4", "()"), [], [9, 0]), UnsupportedError, /version 9.0/u],
    ["a header beyond the file", npy(plain("<f4", "(1,)")).subarray(0, 30), FormatError, /its header takes/u],
    ["an unterminated header", npy(`{'descr': '<f4'`), FormatError, /cannot be read at/u],
    ["a header that is code", npy(`__import__('os').system('true')`), FormatError, /not a dictionary/u],
    ["a duplicate key", npy(`{'descr': '<f4', 'descr': '<f4', }`), FormatError, /cannot be read at/u],
    ["no shape", npy(`{'descr': '<f4', 'fortran_order': False, }`), FormatError, /no 'shape'/u],
    ["a shape with a name in it", npy(plain("<f4", "(n,)")), FormatError, /cannot be read at/u],
    ["a negative size", npy(plain("<f4", "(-1,)")), FormatError, /cannot be read at/u],
    ["an extra comma", npy(plain("<f4", "(1,,2)")), FormatError, /no 'shape'/u],
    ["objects", npy(plain("|O", "(1,)")), UnsupportedError, /type "\|O"/u],
    ["text elements", npy(plain("<U4", "(1,)")), UnsupportedError, /type "<U4"/u],
    [
      "structures",
      npy(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`),
      UnsupportedError,
      /structures/u,
    ],
    ["too little data", npy(plain("<f4", "(2,)"), [0, 0, 0, 0]), FormatError, /4 bytes of data; expected 8/u],
    ["too much data", npy(plain("<f4", "()"), [0, 0, 0, 0, 0]), FormatError, /5 bytes of data; expected 4/u],
    ["a size beyond doubles", npy(plain("<f4", `(${"9".repeat(30)},)`)), SamoyedError as never, /expected integers/u],
    ["a product beyond doubles", npy(plain("<f4", "(4000000000, 4000000000)")), SamoyedError as never, /2\^53/u],
    ["65 axes", npy(plain("<f4", `(${"1, ".repeat(65)})`)), FormatError, /65 axes/u],
  ])("%s", (_, bytes, type, message) => {
    expect(() => parseNpy(bytes)).toThrow(type);
    expect(() => parseNpy(bytes)).toThrow(message);
  });

  test("cut anywhere, or one byte changed: a typed error or a tensor, never anything else", () => {
    const file = encodeNpy({ dtype: "float32", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) });
    for (let length = 0; length < file.byteLength; length++) {
      expect(() => parseNpy(file.subarray(0, length))).toThrow(SamoyedError);
    }
    fc.assert(
      fc.property(fc.nat({ max: file.byteLength - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = file.slice();
        changed[at] = value;
        try {
          parseNpy(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(SamoyedError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test("NumPy has no bfloat16", () => {
  expect(() => encodeNpy({ dtype: "bfloat16", shape: [0], data: new Uint16Array(0) })).toThrow(UnsupportedError);
});
