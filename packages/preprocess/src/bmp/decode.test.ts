// BMP files, equal to Pillow's.
import { FormatError, SamoyedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";

import { readImages, sha256 } from "../../test/cases.ts";
import { decodeBmp } from "./decode.ts";

const recorded = readImages("bmp");
const damaged = readImages("bmp-damaged");

describe("images that Pillow decodes", () => {
  test("there are all depths, headers and compressions", () => {
    const titles = recorded.map((each) => each.case[0]);
    for (const bits of [1, 4, 8, 16, 24, 32])
      expect(titles.some((title) => title.startsWith(`${bits} bits`))).toBe(true);
    for (const size of [12, 40, 52, 56, 64, 108, 124]) expect(titles.join()).toContain(`header ${size},`);
    for (const compression of [0, 1, 2, 3]) expect(titles.join()).toContain(`compression ${compression}`);
    expect(titles.join()).toContain("top down");
  });

  test.each(recorded.map((each, index) => [index, each] as const))("image %i", (_, { bytes, case: wanted }) => {
    const image = decodeBmp(bytes);
    expect([wanted[0], image.width, image.height, sha256(image.data)]).toEqual([wanted[0], ...wanted.slice(2)]);
  });
});

test.each(damaged.map((each, index) => [index, each] as const))(
  "damaged file %i is decoded or refused as by Pillow",
  (_, { bytes, case: wanted }) => {
    if (wanted[4] === null) expect(() => decodeBmp(bytes)).toThrow(SamoyedError);
    else expect(sha256(decodeBmp(bytes).data)).toBe(wanted[4]);
  },
);

test("a header that claims more than the file holds is refused before memory is allocated", () => {
  for (const compression of [0, 1]) {
    const file = new Uint8Array(2000);
    const view = new DataView(file.buffer);
    file.set([0x42, 0x4d]);
    view.setUint32(10, 1078, true);
    view.setUint32(14, 40, true);
    view.setUint32(18, 13_000, true);
    view.setUint32(22, 13_000, true);
    view.setUint16(28, 8, true);
    view.setUint32(30, compression, true);
    file[60] = 9;
    expect(() => decodeBmp(file)).toThrow(FormatError);
    expect(() => decodeBmp(file)).toThrow("2000 bytes cannot hold 13000×13000 pixels of 8 bits");
  }
});
