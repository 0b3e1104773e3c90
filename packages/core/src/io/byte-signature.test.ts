import { expect, test } from "vitest";
import { asciiBytes, hasBytesAt, UTF8_BYTE_ORDER_MARK } from "./byte-signature.ts";

test("every byte of the signature counts, at its offset", () => {
  const bytes = Uint8Array.of(1, 0xef, 0xbb, 0xbf, 2);
  expect(hasBytesAt(bytes, UTF8_BYTE_ORDER_MARK, 1)).toBe(true);
  expect(hasBytesAt(bytes, UTF8_BYTE_ORDER_MARK)).toBe(false);
  for (let index = 1; index < 4; index++) {
    const changed = bytes.slice();
    changed[index]! ^= 1;
    expect(hasBytesAt(changed, UTF8_BYTE_ORDER_MARK, 1)).toBe(false);
  }
});

test("a signature that runs past the end is not found", () => {
  expect(hasBytesAt(Uint8Array.of(0x50, 0x4b), asciiBytes("PK"))).toBe(true);
  expect(hasBytesAt(Uint8Array.of(0x50, 0x4b), asciiBytes("PK"), 1)).toBe(false);
  expect(hasBytesAt(new Uint8Array(0), asciiBytes("PK"))).toBe(false);
  expect(hasBytesAt(new Uint8Array(2), [0, 0, 0])).toBe(false);
});
