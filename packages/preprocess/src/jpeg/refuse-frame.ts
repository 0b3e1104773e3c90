import { UnsupportedError } from "@samoyed/core";

import { markerName } from "./markers.ts";
import type { Marker } from "./next-marker.ts";

/** Kinds of frames that are valid JPEG but not decoded, by marker. */
const UNSUPPORTED_FRAMES: ReadonlyMap<number, string> = new Map([
  [0xc3, "lossless"],
  [0xc5, "differential (hierarchical)"],
  [0xc6, "differential progressive (hierarchical)"],
  [0xc7, "differential lossless (hierarchical)"],
  [0xc8, "reserved for extensions"],
  [0xc9, "arithmetic-coded"],
  [0xca, "arithmetic-coded progressive"],
  [0xcb, "arithmetic-coded lossless"],
  [0xcd, "arithmetic-coded differential (hierarchical)"],
  [0xce, "arithmetic-coded differential progressive (hierarchical)"],
  [0xcf, "arithmetic-coded differential lossless (hierarchical)"],
]);

/**
 * Refuses a frame of a kind that is not decoded.
 *
 * @throws UnsupportedError for lossless, hierarchical and arithmetic-coded frames.
 */
export function refuseFrame({ code }: Marker): never {
  const kind = UNSUPPORTED_FRAMES.get(code);
  throw new UnsupportedError(`JPEG: ${kind} images (marker ${markerName(code)}) are not supported`, {
    hint: "Save the image as baseline or progressive JPEG with Huffman coding, or as PNG.",
  });
}
