import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { PreprocessConfig } from "@samoyed/core";

import type { Image, Interpolation } from "../src/index.ts";

/** An encoded image, and Pillow's result: width, height and hash, or nulls if it refuses the file. */
export type ImageCase = readonly [
  title: string,
  length: number,
  width: number | null,
  height: number | null,
  sha256: string | null,
];

type RawSource = readonly [width: number, height: number, kind: RawKind, seed: number];

export type ResizeCase = readonly [
  ...RawSource,
  toWidth: number,
  toHeight: number,
  interpolation: Interpolation,
  sha256: string,
];

export type TransformCase = readonly [...RawSource, config: Partial<PreprocessConfig>, sha256: string | null];

/** A setting of the contract that timm does not have, and what torchvision, Pillow and PyTorch give for it. */
export type SettingsCase = readonly [
  ...RawSource,
  config: Partial<PreprocessConfig>,
  shape: readonly number[],
  sha256: string,
];

/** torchvision's weights, and the tensor that their transforms give. */
export type PresetCase = readonly [...RawSource, name: string, sha256: string];

export type RawKind = "noise" | "extremes" | "ramp";

const RECORDED = fileURLToPath(new URL("../fixtures/", import.meta.url));

export function readCases<Case>(name: string, folder = RECORDED): readonly Case[] {
  return (JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as { cases: readonly Case[] }).cases;
}

/** The images that the oracle wrote under a name, each with its case. */
export function readImages<Case extends readonly [title: string, length: number, ...rest: unknown[]] = ImageCase>(
  name: string,
  folder = RECORDED,
): readonly { bytes: Uint8Array; case: Case }[] {
  const all = new Uint8Array(readFileSync(join(folder, `${name}.bin`)));
  let offset = 0;
  const images = readCases<Case>(name, folder).map((each) => {
    const bytes = all.subarray(offset, offset + each[1]);
    offset += each[1];
    return { bytes, case: each };
  });
  if (offset !== all.length) throw new Error(`${name}.bin has ${all.length} bytes; its cases take ${offset}`);
  return images;
}

export function sha256(data: Uint8Array | Uint16Array | Float32Array): string {
  return createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
}

/** The same pixels as from `raw_pixels` of tools/oracle/samoyed_oracle/fixtures/preprocess/images.py. */
export function rawPixels(width: number, height: number, kind: RawKind, seed: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const ramp = 7 * (pixel % width) + 13 * Math.floor(pixel / width) + 40 * (i % 3) + seed;
    const hash = kind === "ramp" ? 0 : fmix32((seed + Math.imul(i, 0x9e3779b9)) >>> 0);
    data[i] = kind === "ramp" ? ramp % 256 : kind === "noise" ? hash >>> 24 : (hash >>> 31) * 255;
  }
  return { width, height, data };
}

function fmix32(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
