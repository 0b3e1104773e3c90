import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bfloat16ArrayToFloat32, bfloat16ToFloat32, float32ArrayToBfloat16, float32ToBfloat16 } from "./bfloat16.ts";
import { float16ArrayToFloat32, float16ToFloat32, float32ArrayToFloat16, float32ToFloat16 } from "./float16.ts";
import { float32ToFloat8E4m3fn, float32ToFloat8E5m2, float8E4m3fnToFloat32, float8E5m2ToFloat32 } from "./float8.ts";
import { BFLOAT16, decodeSmallFloat, encodeSmallFloat, FLOAT16, FLOAT8_E4M3FN, FLOAT8_E5M2 } from "./small-float.ts";

/** The definition of a format, computed by brute force: the nearest of all finite values, ties to even bits. */
function nearest(value: number, decode: (bits: number) => number, largest: number): number {
  let best = 0;
  for (let bits = 0; bits <= largest; bits++) {
    const [distance, before] = [Math.abs(decode(bits) - value), Math.abs(decode(best) - value)];
    if (distance < before || (distance === before && bits % 2 === 0)) {
      best = bits;
    }
  }
  return best;
}

const formats = [
  { name: "float16", count: 65536, decode: float16ToFloat32, encode: float32ToFloat16, format: FLOAT16 },
  { name: "bfloat16", count: 65536, decode: bfloat16ToFloat32, encode: float32ToBfloat16, format: BFLOAT16 },
  {
    name: "float8_e4m3fn",
    count: 256,
    decode: float8E4m3fnToFloat32,
    encode: float32ToFloat8E4m3fn,
    format: FLOAT8_E4M3FN,
  },
  { name: "float8_e5m2", count: 256, decode: float8E5m2ToFloat32, encode: float32ToFloat8E5m2, format: FLOAT8_E5M2 },
];

describe.each(formats)("$name", ({ count, decode, encode, format }) => {
  test("every value survives the round trip through float32, and both codecs agree", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < count; bits++) {
      const value = decode(bits);
      const same = Number.isNaN(value)
        ? Number.isNaN(decode(encode(value)))
        : encode(value) === bits && encodeSmallFloat(value, format) === bits;
      if (!same || !Object.is(decodeSmallFloat(bits, format), value)) {
        wrong.push(bits);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("halfway between neighbors rounds to even, a little off to the nearer one", () => {
    const half = count / 2;
    const wrong: number[] = [];
    for (let bits = 0; bits + 1 < half; bits++) {
      const [low, high] = [decode(bits), decode(bits + 1)];
      if (!Number.isFinite(low) || !Number.isFinite(high)) {
        continue;
      }
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const below = encodeSmallFloat(middle - (high - low) / 1024, format);
      const above = encodeSmallFloat(middle + (high - low) / 1024, format);
      const exact = Object.is(Math.fround(middle), middle) ? encode(middle) : even;
      const signed = encodeSmallFloat(-middle, format);
      if (encodeSmallFloat(middle, format) !== even || exact !== even || below !== bits || above !== bits + 1) {
        wrong.push(bits);
      }
      if (signed !== (even | half)) {
        wrong.push(-bits);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("any float32 rounds as in the slower codec", () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(encode(value)).toBe(encodeSmallFloat(value, format));
      }),
      { numRuns: 20_000 },
    );
  });
});

test("well-known values", () => {
  expect(float32ToFloat16(1)).toBe(0x3c00);
  expect(float32ToFloat16(-2)).toBe(0xc000);
  expect(float32ToFloat16(65504)).toBe(0x7bff);
  expect(float32ToFloat16(65519.996)).toBe(0x7bff);
  expect(float32ToFloat16(65520)).toBe(0x7c00);
  expect(float32ToFloat16(2 ** -24)).toBe(1);
  expect(float32ToFloat16(2 ** -25)).toBe(0);
  expect(float32ToFloat16(-(2 ** -25))).toBe(0x8000);
  expect(float32ToFloat16(2 ** -25 * (1 + 2 ** -23))).toBe(1);
  expect(float32ToFloat16(-0)).toBe(0x8000);
  expect(float32ToFloat16(NaN)).toBe(0x7e00);
  expect(float32ToBfloat16(3.38953139e38)).toBe(0x7f7f);
  expect(float32ToBfloat16(3.4e38)).toBe(0x7f80);
  expect(float32ToBfloat16(1 + 2 ** -8)).toBe(0x3f80);
  expect(float32ToBfloat16(1 + 3 * 2 ** -8)).toBe(0x3f82);
  expect(float32ToFloat8E4m3fn(448)).toBe(0x7e);
  expect(float32ToFloat8E4m3fn(464)).toBe(0x7e);
  expect(float32ToFloat8E4m3fn(465)).toBe(0x7f);
  expect(float32ToFloat8E4m3fn(-Infinity)).toBe(0xff);
  expect(float32ToFloat8E5m2(57344)).toBe(0x7b);
  expect(float32ToFloat8E5m2(61439)).toBe(0x7b);
  expect(float32ToFloat8E5m2(61440)).toBe(0x7c);
  expect(float8E5m2ToFloat32(0xfc)).toBe(-Infinity);
});

test("float8 agrees with the definition of rounding", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 448, noNaN: true }), (value) => {
      expect(float8E4m3fnToFloat32(encodeSmallFloat(value, FLOAT8_E4M3FN))).toBe(
        float8E4m3fnToFloat32(nearest(value, float8E4m3fnToFloat32, 0x7e)),
      );
      expect(float8E5m2ToFloat32(encodeSmallFloat(value, FLOAT8_E5M2))).toBe(
        float8E5m2ToFloat32(nearest(value, float8E5m2ToFloat32, 0x7b)),
      );
    }),
  );
});

test("a double between two float32 is rounded once, not twice", () => {
  // 1 + 2^-11 is a tie of float16; a double just above it becomes that tie when it is first rounded to float32.
  const value = 1 + 2 ** -11 + 2 ** -40;
  expect(encodeSmallFloat(value, FLOAT16)).toBe(0x3c01);
  expect(float32ToFloat16(value)).toBe(0x3c00);
});

test("arrays convert like single values, NaN payloads included", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const wide = float16ArrayToFloat32(all);
  expect(wide.every((value, bits) => Object.is(value, float16ToFloat32(bits)))).toBe(true);
  const back = float32ArrayToFloat16(wide);
  const quiet = (bits: number): number => ((bits & 0x7fff) > 0x7c00 ? bits | 0x200 : bits);
  expect(back.findIndex((bits, i) => bits !== quiet(i))).toBe(-1);

  const brain = bfloat16ArrayToFloat32(all);
  expect(new Uint32Array(brain.buffer).every((bits, i) => bits === (i << 16) >>> 0)).toBe(true);
  expect(float32ArrayToBfloat16(brain).findIndex((bits, i) => bits !== float32ToBfloat16(brain[i]!))).toBe(-1);
});
