// Runs in Chromium: every recorded image, resize and transform, answered with hashes.
import { type PreprocessConfig, SamoyedError } from "@samoyed/core";

import { createTransform, decodeImage, resize, type ResizeOptions } from "../src/index.ts";

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Base 64. */
  readonly data: string;
}

/** The data that the page fetches. */
export interface PageInput {
  /** Encoded files, in base 64. */
  readonly images: readonly string[];
  readonly resizes: readonly (Pixels & { readonly options: ResizeOptions })[];
  readonly transforms: readonly (Pixels & { readonly config: Partial<PreprocessConfig> })[];
}

/** SHA-256 of each result, or the error's code. */
export type PageResult = Readonly<Record<keyof PageInput, readonly string[]>>;

declare global {
  interface Window {
    runPreprocess?: () => Promise<PageResult>;
  }
}

async function sha256(data: Uint8Array | Uint16Array | Float32Array): Promise<string> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function attempt(work: () => Uint8Array | Uint16Array | Float32Array): Promise<string> | string {
  try {
    return sha256(work());
  } catch (error) {
    // A minifier may rename classes; the code is stable.
    return error instanceof SamoyedError ? error.code : String(error);
  }
}

function pixels(encoded: string): Uint8Array {
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}

window.runPreprocess = async () => {
  const input = (await (await fetch("/input.json")).json()) as PageInput;
  return {
    images: await Promise.all(input.images.map((file) => attempt(() => decodeImage(pixels(file)).data))),
    resizes: await Promise.all(
      input.resizes.map(({ width, height, data, options }) =>
        attempt(() => resize({ width, height, data: pixels(data) }, options).data),
      ),
    ),
    transforms: await Promise.all(
      input.transforms.map(({ width, height, data, config }) =>
        attempt(() => createTransform(config)({ width, height, data: pixels(data) }).tensor.data),
      ),
    ),
  };
};
