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
