// WebP files, equal to Pillow's.
import { FormatError, SamoyedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";

import { readImages, sha256 } from "../../test/cases.ts";
import { decodeWebp } from "./decode.ts";

const recorded = readImages("webp");
const damaged = readImages("webp-damaged");

describe("images that Pillow decodes", () => {
  test("there are all kinds", () => {
    const titles = recorded.map((each) => each.case[0]);
    for (const kind of ["lossy", "lossless"]) {
      for (let method = 0; method < 7; method++) {
        expect(titles.some((title) => title.startsWith(`${kind}, method ${method}`))).toBe(true);
      }
      for (const more of ["alpha", "animation"]) {
        expect(titles.some((title) => title.startsWith(kind) && title.includes(more))).toBe(true);
      }
    }
  });

  test.each(recorded.map((each, index) => [index, each] as const))("image %i", (_, { bytes, case: wanted }) => {
    const image = decodeWebp(bytes);
    expect([wanted[0], image.width, image.height, sha256(image.data)]).toEqual([wanted[0], ...wanted.slice(2)]);
  });
});

test.each(damaged.map((each, index) => [index, each] as const))(
  "damaged file %i is decoded or refused as by Pillow",
  (_, { bytes, case: wanted }) => {
    if (wanted[4] === null) expect(() => decodeWebp(bytes)).toThrow(SamoyedError);
    else expect(sha256(decodeWebp(bytes).data)).toBe(wanted[4]);
  },
);

test("a header that claims more than the file holds is refused before memory is allocated", () => {
  // Lossless data of one color have no bits for pixels: only their size.
  const file = new Uint8Array(64);
  file.set([0x52, 0x49, 0x46, 0x46, 56, 0, 0, 0, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x4c, 44, 0, 0, 0]);
  file.set([0x2f, 0xff, 0xf9, 0x7f, 0x02], 20);
  expect(() => decodeWebp(file)).toThrow(FormatError);
  expect(() => decodeWebp(file)).toThrow("64 bytes cannot be all");
});
