import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "./crc32.ts";
import { portableCrc32 } from "./portable-crc32.ts";

test("the check value of the CRC catalog", () => {
  expect(portableCrc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  expect(portableCrc32(new Uint8Array(0))).toBe(0);
});

test("equals zlib's on any bytes, at any alignment, in any two pieces", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(7), fc.nat(400), (data, shift, cut) => {
      const shifted = new Uint8Array(data.length + shift);
      shifted.set(data, shift);
      const bytes = shifted.subarray(shift);
      const expected = zlibCrc32(bytes);
      expect(portableCrc32(bytes)).toBe(expected);
      expect(portableCrc32(bytes.subarray(cut), portableCrc32(bytes.subarray(0, cut)))).toBe(expected);
    }),
  );
});

test("Node's own checksum is found, and equals ours", () => {
  const data = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 251);
  expect(crc32).toBe(zlibCrc32);
  expect(crc32(data, 7)).toBe(portableCrc32(data, 7));
});
