// Runs in Chromium: the tensor of one image, whose decoder the page downloads by then.
import type { PreprocessConfig } from "@samoyed/core";
import { loadTransform } from "../src/index.ts";

declare global {
  interface Window {
    /** The numbers of an image's tensor: its file, or its pixels as the browser decodes them, comes from a URL. */
    tensorOf?: (url: string, options: TensorOptions) => Promise<readonly number[]>;
  }
}

export interface TensorOptions {
  readonly as: "file" | "pixels";
  readonly config: Partial<PreprocessConfig>;
}

window.tensorOf = async (url, { as, config }) => {
  const transform = await loadTransform(config);
  const blob = await (await fetch(url)).blob();
  const { tensor } = await transform(as === "file" ? blob : await createImageBitmap(blob));
  return [...tensor.data];
};
