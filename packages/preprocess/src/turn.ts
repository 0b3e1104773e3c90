import type { DecodeOptions, Image } from "./image.ts";
import type { Metadata } from "./metadata.ts";
import { orientedSize, orientImage, storedBox } from "./orient-image.ts";
import { type Orientation, orientationOf } from "./orientation.ts";

/** What an orientation changes of a file's decoding: the options before, and the image after. */
export interface Turn {
  readonly options: DecodeOptions;
  readonly finish: (stored: Image) => Image;
}

/** How the image of a file with these metadata is turned, or its orientation told where `options` ignore it. */
export function turnOf(metadata: Metadata, options: DecodeOptions): Turn {
  const orientation = orientationOf(metadata);
  if (orientation === 1) return { options, finish: (image) => image };
  if (options.exifOrientation !== "apply") return { options, finish: (image) => ({ ...image, orientation }) };
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
