import { FormatError } from "@samoyed/core";

import { badLength } from "./markers.ts";
import type { Marker } from "./next-marker.ts";

/**
 * Checks a segment of arithmetic coding conditions (T.81 B.2.4.3), which no supported image uses.
 *
 * @throws FormatError when libjpeg-turbo would refuse it.
 */
export function checkConditioning(marker: Marker, segment: Uint8Array): void {
  if (segment.length % 2 !== 0) throw badLength(marker, segment.length + 2);
  for (let at = 0; at < segment.length; at += 2) {
    const slot = segment[at]!;
    const value = segment[at + 1]!;
    if (slot > 31 || (slot < 16 && (value & 15) > value >> 4)) {
      throw new FormatError(`JPEG: segment at byte ${marker.offset - 2} has condition ${value} for table ${slot}`);
    }
  }
}
