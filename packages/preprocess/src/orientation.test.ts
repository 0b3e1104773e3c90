// EXIF orientation, equal to Pillow's ImageOps.exif_transpose.
import { describe, expect, test } from "vitest";

import { type ImageCase, readImages, sha256 } from "../test/cases.ts";
import { decodeImage } from "./decode.ts";
import { readOrientation } from "./orientation.ts";
import { createTransform } from "./transform/transform.ts";

const recorded = readImages("oriented");
const orientationOf = ([title]: ImageCase): number => Number(title.split(" ").at(-1));

test("there are all orientations, and values that are none, in JPEG, PNG, WebP and XMP", () => {
  for (const kind of ["jpeg", "png", "jpeg xmp", "webp", "webp xmp"]) {
    for (let orientation = 0; orientation <= 9; orientation++) {
      expect(recorded.some((each) => each.case[0] === `${kind} ${orientation}`)).toBe(true);
    }
  }
});

describe.each(recorded.map((each, index) => [index, each.case[0], each] as const))("file %i, %s", (_, __, each) => {
  const { bytes, case: wanted } = each;
  const orientation = orientationOf(wanted);
  const turns = orientation >= 2 && orientation <= 8;

  test("is turned as by Pillow", () => {
    const image = decodeImage(bytes, { exifOrientation: "apply" });
    expect([image.width, image.height, sha256(image.data), image.orientation]).toEqual([...wanted.slice(2), undefined]);
  });

  test("says its orientation where that is ignored", () => {
    expect(readOrientation(bytes)).toBe(turns ? orientation : 1);
    expect(decodeImage(bytes).orientation).toBe(turns ? orientation : undefined);
  });

  test("gives the tensor of the turned image, with only the needed part decoded", () => {
    const config = { inputSize: [3, 8, 6], cropPct: 0.6, resize: { mode: "exact", size: [11, 17] } } as const;
    const upright = createTransform(config)(decodeImage(bytes, { exifOrientation: "apply" }));
    expect(createTransform({ ...config, exifOrientation: "apply" })(bytes)).toEqual(upright);
    expect(createTransform(config)(bytes).orientation).toBe(turns ? orientation : undefined);
  });
});

test("damaged EXIF data are no orientation, and no error", () => {
  const { bytes } = recorded.find((each) => each.case[0] === "jpeg 6")!;
  const exif = bytes.findIndex((byte, i) => byte === 0x45 && bytes[i + 1] === 0x78);
  for (let at = exif; at < exif + 60; at++) {
    for (const value of [0, 0xff]) {
      const changed = bytes.slice();
      changed[at] = value;
      expect(readOrientation(changed)).toBeGreaterThanOrEqual(1);
      expect(readOrientation(changed.subarray(0, at))).toBeGreaterThanOrEqual(1);
    }
  }
});
