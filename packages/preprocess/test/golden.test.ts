// The inputs of the golden cases: their images' tensors, hashed when the oracle recorded the cases.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { PreprocessConfig } from "@samoyed/core";
import { expect, test } from "vitest";

import { preprocessImage } from "../src/index.ts";
import { sha256 } from "./cases.ts";

interface GoldenCase {
  readonly images: readonly ({ readonly path: string } | { readonly asset: string })[];
  readonly preprocess: PreprocessConfig;
  readonly inputSha256: readonly string[];
}

const folder = fileURLToPath(new URL("../../../golden/cases/", import.meta.url));
const assets = process.env["SAMOYED_ASSETS"];

for (const name of readdirSync(folder)) {
  const golden = JSON.parse(readFileSync(join(folder, name, "case.json"), "utf8")) as GoldenCase;
  const files = golden.images.map((image) =>
    "path" in image ? join(folder, name, image.path) : join(assets ?? "", image.asset),
  );
  if (!files.every((file) => existsSync(file))) {
    test.skip(`not run: SAMOYED_ASSETS names no folder with the images of ${name}`);
  } else {
    test(`every image of ${name} gives the recorded input`, () => {
      const inputs = files.map((file) => preprocessImage(new Uint8Array(readFileSync(file)), golden.preprocess));
      expect(inputs.map(({ tensor }) => sha256(tensor.data))).toEqual(golden.inputSha256);
    });
  }
}
