// Runs in Chromium: the tensor of one image, whose decoder the page downloads by then.
import { createTransformOnDemand } from "../src/index.ts";

declare global {
  interface Window {
    /** The numbers of an image's tensor: its file, or its pixels as a browser's ImageData, comes from a URL. */
    tensorOf?: (url: string, as: "file" | "pixels") => Promise<readonly number[]>;
  }
}

const transform = createTransformOnDemand({ inputSize: [3, 8, 8], exifOrientation: "apply" });

window.tensorOf = async (url, as) => {
  const blob = await (await fetch(url)).blob();
  const { tensor } = await transform(as === "file" ? blob : await createImageBitmap(blob));
  return [...tensor.data];
};
