// GIF files, equal to Pillow's first frame.
import { FormatError, SamoyedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";

import { readImages, sha256 } from "../../test/cases.ts";
import { decodeGif } from "./decode.ts";

const recorded = readImages("gif");
const damaged = readImages("gif-damaged");

describe("images that Pillow decodes", () => {
  test("there are all depths, palettes, parts and transparency", () => {
    const titles = recorded.map((each) => each.case[0]).join("\n");
    for (let bits = 1; bits <= 8; bits++) expect(titles).toContain(`${bits} bits`);
    for (const kind of ["own palette", "shared palette", "no palette", "part", "transparent", "written by Pillow"]) {
      expect(titles).toContain(kind);
    }
  });

  test.each(recorded.map((each, index) => [index, each] as const))("image %i", (_, { bytes, case: wanted }) => {
    const image = decodeGif(bytes);
    expect([wanted[0], image.width, image.height, sha256(image.data)]).toEqual([wanted[0], ...wanted.slice(2)]);
  });
});

test.each(damaged.map((each, index) => [index, each] as const))(
  "damaged file %i is decoded or refused as by Pillow",
  (_, { bytes, case: wanted }) => {
    if (wanted[4] === null) expect(() => decodeGif(bytes)).toThrow(SamoyedError);
    else expect(sha256(decodeGif(bytes).data)).toBe(wanted[4]);
  },
);

/** Two by two pixels of the indexes 0, 1, 1, 0, the first of which is transparent: codes of 3 bits. */
const SMALL = [
  ...[0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 2, 0, 2, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255],
  ...[0x21, 0xf9, 4, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x02, 0x05, 0, 0x3b],
];

test("transparent pixels have the palette's color, or the background", () => {
  const bytes = Uint8Array.from(SMALL);
  expect([...decodeGif(bytes).data]).toEqual([255, 0, 0, 0, 0, 255, 0, 0, 255, 255, 0, 0]);
  const { data } = decodeGif(bytes, { background: [9, 8, 7] });
  expect([...data]).toEqual([9, 8, 7, 0, 0, 255, 0, 0, 255, 9, 8, 7]);
});

test("a header that claims more than the file holds is refused before memory is allocated", () => {
  const file = Uint8Array.from(SMALL);
  file.fill(0x2f, 6, 10);
  expect(() => decodeGif(file)).toThrow(FormatError);
  expect(() => decodeGif(file)).toThrow("44 bytes cannot hold 12079×12079 pixels");
});
