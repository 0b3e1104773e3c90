import type { DecodeOptions, Image } from "./image.ts";
import { orientedSize, orientImage, storedBox } from "./orient-image.ts";
import type { Orientation } from "./orientation-of.ts";

/** What turning an image upright changes of its decoding: the options before, and the image after. */
export interface Turn {
  readonly options: DecodeOptions;
  readonly finish: (stored: Image) => Image;
}

/** How the image of a file with an orientation is turned upright. */
export function turnOf(orientation: Orientation, options: DecodeOptions): Turn {
  return {
    options: { ...options, ...storedRegion(options, orientation) },
    finish: (stored) => orientImage(stored, orientation),
  };
}

/** The part of the stored image that a caller wants of the turned one. */
function storedRegion({ region }: DecodeOptions, orientation: Orientation): Pick<DecodeOptions, "region"> {
  if (region === undefined) return {};
  return { region: (size) => storedBox(region(orientedSize(size, orientation)), size, orientation) };
}
