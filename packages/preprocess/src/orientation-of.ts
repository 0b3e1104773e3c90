import { asciiBytes, hasBytesAt } from "@samoyed/core";

import { EXIF, type Metadata } from "./metadata.ts";

/** EXIF's orientation of a stored image: 1 as it is, 2 to 8 mirrored or turned. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** The tag of the orientation in a TIFF directory. */
const TAG = 0x0112;

/** The orientation that a file's metadata have; 1 if there is none. */
export function orientationOf({ exif, xmp }: Metadata): Orientation {
  const found = exif.map(tiffOrientation).find(isDefined) ?? xmp.map(xmpOrientation).findLast(isDefined);
  return found !== undefined && found >= 2 && found <= 8 ? (found as Orientation) : 1;
}

function isDefined(value: number | undefined): value is number {
  return value !== undefined;
}

/** The orientation in the first directory of a TIFF file, where EXIF has it. */
function tiffOrientation(tiff: Uint8Array): number | undefined {
  // The EXIF data of some PNG and WebP files begin as those of JPEGs do.
  const data = hasBytesAt(tiff, EXIF) ? tiff.subarray(EXIF.length) : tiff;
  const little = hasBytesAt(data, asciiBytes("II"));
  if (data.length < 8 || (!little && !hasBytesAt(data, asciiBytes("MM")))) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = view.getUint32(4, little);
  if (start + 2 > data.length) return undefined;
  const count = view.getUint16(start, little);
  for (let i = 0, at = start + 2; i < count && at + 12 <= data.length; i++, at += 12) {
    if (view.getUint16(at, little) !== TAG) continue;
    const type = view.getUint16(at + 2, little);
    return type === 4 ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
  }
  return undefined;
}

function xmpOrientation(segment: Uint8Array): number | undefined {
  const match = /tiff:Orientation(?:="|>)([0-9])/u.exec(new TextDecoder("latin1").decode(segment));
  return match === null ? undefined : Number(match[1]);
}
