// The reference photograph's stages, with hashes from Pillow, torchvision and timm.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { createTransform, decodeImage, resize } from "../src/index.ts";
import { sha256 } from "./cases.ts";

const file = process.env["SAMOYED_ASSETS"] === undefined ? "" : join(process.env["SAMOYED_ASSETS"], "dog.jpg");

if (!existsSync(file)) {
  test.skip("not run: SAMOYED_ASSETS names no folder with dog.jpg");
} else {
  const bytes = new Uint8Array(readFileSync(file));
  const config = { inputSize: [3, 224, 224], interpolation: "bilinear", cropPct: 0.875, cropMode: "center" } as const;

  test("the file is the one that was hashed", () => {
    expect(sha256(bytes)).toBe("f3f87bb8ab3c26c7ecfd3ac60421d7f32b0503d1d6c5baf8bac42ed93d86351a");
  });

  test("decoded", () => {
    const image = decodeImage(bytes);
    expect([image.width, image.height]).toEqual([1546, 1213]);
    expect(sha256(image.data)).toBe("d173b5360b093037caffea5dfe49531fc165f9925e5757c45b30d883fc0a7252");
  });

  test("resized", () => {
    const resized = resize(decodeImage(bytes), { width: 326, height: 256, interpolation: "bilinear" });
    expect(sha256(resized.data)).toBe("062f8c18eecbcba63da3812174b11a8ed5edb58462b051f1ffa34a4a83a57e96");
  });

  test("cropped", () => {
    const crop = { x: 51, y: 16, width: 224, height: 224 };
    const cropped = resize(decodeImage(bytes), { width: 326, height: 256, interpolation: "bilinear", crop });
    expect(sha256(cropped.data)).toBe("c9b68ebb45a6d0cda70e0834ae433222fe6021085d138738c07b74b665623e85");
  });

  test.each([
    ["bytes", bytes],
    ["an image", decodeImage(bytes)],
  ])("a tensor, from %s", (_, input) => {
    const { tensor } = createTransform(config)(input);
    expect(tensor.shape).toEqual([3, 224, 224]);
    expect(sha256(tensor.data)).toBe("791a0f0caae0b9e4a81d7ad9fe3db67514bc2f67fbff71fb4d29f6cd66ff011d");
  });
}
