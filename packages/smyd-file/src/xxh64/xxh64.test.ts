import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createXxh64 } from "./xxh64.ts";

/** The buffer of xxHash's own sanity check (cli/xsum_sanity_check.c, XSUM_fillTestBuffer). */
function sanityBuffer(length: number): Uint8Array {
  let state = 2654435761n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(state >> 56n);
    state = BigInt.asUintN(64, state * 11400714785074694797n);
    return byte;
  });
}

function hash(bytes: Uint8Array, cuts: readonly number[] = []): string {
  const stream = createXxh64();
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    stream.update(bytes.subarray(from, cut));
    from = cut;
  }
  stream.update(bytes.subarray(from));
  return stream.digest().toString(16).padStart(16, "0");
}

describe("XXH64", () => {
  test.each([
    [0, "ef46db3751d8e999"],
    [1, "e934a84adb052768"],
    [4, "9136a0dca57457ee"],
    [14, "8282dcc4994e35c8"],
    [222, "b641ae8cb691c174"],
  ])("of %i bytes equals that of xxHash's sanity check", (length, expected) => {
    expect(hash(sanityBuffer(length))).toBe(expected);
  });

  test.each([
    ["a", "d24ec4f1a98c6e5b"],
    ["abc", "44bc2cf5ad770999"],
    ["Nobody inspects the spammish repetition", "fbcea83c8a378bf1"],
  ])("of %j", (text, expected) => {
    expect(hash(new TextEncoder().encode(text))).toBe(expected);
  });

  test("does not depend on how the bytes are split", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300), { maxLength: 6 }), (bytes, places) => {
        const cuts = places.map((place) => Math.min(place, bytes.length));
        expect(hash(bytes, cuts)).toBe(hash(bytes));
      }),
    );
  });

  test("takes more than fits in its memory at once", () => {
    const bytes = sanityBuffer(3_000_001);
    const cuts = Array.from({ length: 60 }, (_, index) => 50_000 * index + index);
    expect(hash(bytes, cuts)).toBe(hash(bytes));
  });

  test("can be read in between", () => {
    const stream = createXxh64();
    stream.update(sanityBuffer(100).subarray(0, 1));
    expect(stream.digest().toString(16)).toBe("e934a84adb052768");
    stream.update(sanityBuffer(222).subarray(1));
    expect(stream.digest().toString(16)).toBe("b641ae8cb691c174");
  });
});
