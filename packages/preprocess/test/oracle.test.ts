// Images and configurations other than the recorded ones, compared with the real Pillow and timm if installed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oraclePython, runOracle } from "@samoyed/test-support/oracle";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createTransform, decodeImage, resize, resolveDataConfig } from "../src/index.ts";
import { preset } from "../src/presets.ts";
import {
  type PresetCase,
  rawPixels,
  readCases,
  readImages,
  type ResizeCase,
  type SettingsCase,
  sha256,
  type TransformCase,
} from "./cases.ts";

const seed = process.env["SAMOYED_SEED"] ?? "2";

if (oraclePython() === undefined) {
  test.skip("not run: the oracle is not installed (node tools/oracle/setup.mjs), so only recorded cases were compared");
} else {
  describe(`with seed ${seed}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "samoyed-preprocess-"));

    beforeAll(() => {
      runOracle(["fixtures_preprocess.py", "--seed", seed, "--into", folder]);
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    test.each(["jpeg", "png", "bmp", "gif", "webp"])("%s files decode to Pillow's pixels", (name) => {
      const images = readImages(name, folder);
      expect(images.length).toBeGreaterThan(150);
      for (const { bytes, case: wanted } of images) {
        expect([wanted[0], sha256(decodeImage(bytes).data)]).toEqual([wanted[0], wanted[4]]);
      }
    });

    test("images are resized as in Pillow", () => {
      const cases = readCases<ResizeCase>("resize", folder);
      expect(cases.length).toBeGreaterThan(300);
      for (const each of cases) {
        const [w, h, kind, from, width, height, interpolation, hash] = each;
        expect([each, sha256(resize(rawPixels(w, h, kind, from), { width, height, interpolation }).data)]).toEqual([
          each,
          hash,
        ]);
      }
    });

    test("images are resized as by OpenCV", () => {
      for (const each of readCases<ResizeCase>("opencv", folder)) {
        const [w, h, kind, from, width, height, interpolation, hash] = each;
        const options = { width, height, interpolation, resampler: "opencv" } as const;
        expect([each, sha256(resize(rawPixels(w, h, kind, from), options).data)]).toEqual([each, hash]);
      }
    });

    test("settings that timm does not have give what torchvision and Pillow give", () => {
      for (const each of readCases<SettingsCase>("settings", folder)) {
        const [w, h, kind, from, config, , hash] = each;
        expect([each, sha256(createTransform(config)(rawPixels(w, h, kind, from)).tensor.data)]).toEqual([each, hash]);
      }
    });

    test("presets give what torchvision's weights.transforms() gives", () => {
      for (const [w, h, kind, from, name, hash] of readCases<PresetCase>("presets", folder)) {
        const { tensor } = createTransform(preset(`torchvision:${name}`))(rawPixels(w, h, kind, from));
        expect([name, sha256(tensor.data)]).toEqual([name, hash]);
      }
    });

    test("images are turned by their EXIF orientation as in Pillow", () => {
      for (const { bytes, case: wanted } of readImages("oriented", folder)) {
        const image = decodeImage(bytes, { exifOrientation: "apply" });
        expect([wanted[0], sha256(image.data)]).toEqual([wanted[0], wanted[4]]);
      }
    });

    test("tensors are timm's", () => {
      const cases = readCases<TransformCase>("transforms", folder).filter((each) => each[5] !== null);
      expect(cases.length).toBeGreaterThan(300);
      for (const each of cases) {
        const [w, h, kind, from, config, hash] = each;
        expect([each, sha256(createTransform(config)(rawPixels(w, h, kind, from)).tensor.data)]).toEqual([each, hash]);
      }
    });

    test("configurations are timm's", () => {
      const cases = readCases<[object, object, boolean, object | null]>("data-configs", folder);
      for (const [args, pretrainedCfg, useTestSize, result] of cases) {
        if (result === null) continue;
        expect(resolveDataConfig(args, { pretrainedCfg, useTestSize })).toEqual(result);
      }
    });
  });
}
