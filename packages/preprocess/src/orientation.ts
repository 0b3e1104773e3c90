import { asciiBytes, hasBytesAt } from "@samoyed/core";

import { type Box, type Image, type Size } from "./image.ts";
import { MARKER } from "./jpeg/constants.ts";
import { nextMarker } from "./jpeg/markers.ts";
import { PNG_SIGNATURE } from "./png/chunks.ts";

/** EXIF's orientation of a stored image: 1 as it is, 2 to 8 mirrored or turned. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const EXIF = [...asciiBytes("Exif"), 0, 0];
const XMP = asciiBytes("http://ns.adobe.com/xap/1.0/");
/** The tag of the orientation in a TIFF directory. */
const TAG = 0x0112;

/**
 * Reads the EXIF orientation of a JPEG or PNG file, as Pillow's `ImageOps.exif_transpose` finds it: in its EXIF data, or else
 * in the XMP data of a JPEG. 1 if there is none, or it cannot be read.
 */
export function readOrientation(bytes: Uint8Array): Orientation {
  const found = hasBytesAt(bytes, PNG_SIGNATURE) ? pngOrientation(bytes) : jpegOrientation(bytes);
  return found !== undefined && found >= 2 && found <= 8 ? (found as Orientation) : 1;
}

function pngOrientation(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG_SIGNATURE.length; at + 8 <= bytes.length;) {
    const length = view.getUint32(at);
    if (hasBytesAt(bytes, asciiBytes("eXIf"), at + 4)) return tiffOrientation(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return undefined;
}

function jpegOrientation(bytes: Uint8Array): number | undefined {
  let exif: number | undefined;
  let xmp: number | undefined;
  for (let marker = nextMarker(bytes, 2); marker !== undefined && marker.code !== MARKER.SOS;) {
    const { code, offset } = marker;
    if (offset + 2 > bytes.length) break;
    const end = offset + ((bytes[offset]! << 8) | bytes[offset + 1]!);
    const segment = bytes.subarray(offset + 2, end);
    if (code === MARKER.APP0 + 1) {
      if (hasBytesAt(segment, EXIF)) exif ??= tiffOrientation(segment.subarray(EXIF.length));
      else if (hasBytesAt(segment, XMP)) xmp = xmpOrientation(segment) ?? xmp;
    }
    marker = nextMarker(bytes, end);
  }
  return exif ?? xmp;
}

/** The orientation in the first directory of a TIFF file, where EXIF has it. */
function tiffOrientation(tiff: Uint8Array): number | undefined {
  // The EXIF data of some PNGs begin as those of JPEGs do.
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

/** Which axes an orientation exchanges, and which axes of the stored image run backwards. */
function axesOf(orientation: Orientation): { swap: boolean; flipX: boolean; flipY: boolean } {
  return {
    swap: orientation >= 5,
    flipX: [2, 3, 7, 8].includes(orientation),
    flipY: [3, 4, 6, 7].includes(orientation),
  };
}

/** The size of an image after it was turned. */
export function orientedSize({ width, height }: Size, orientation: Orientation): Size {
  return axesOf(orientation).swap ? { width: height, height: width } : { width, height };
}

/** The part of a stored image that becomes a part of the turned one. */
export function storedBox(box: Box, stored: Size, orientation: Orientation): Box {
  const { swap, flipX, flipY } = axesOf(orientation);
  const { x, y, width, height } = swap ? { x: box.y, y: box.x, width: box.height, height: box.width } : box;
  return {
    x: flipX ? stored.width - x - width : x,
    y: flipY ? stored.height - y - height : y,
    width,
    height,
  };
}

/** Turns a stored image upright: Pillow's `ImageOps.exif_transpose`. Returns the image itself for orientation 1. */
export function orientImage(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { swap, flipX, flipY } = axesOf(orientation);
  const { width, height } = orientedSize(image, orientation);
  const data = new Uint8Array(image.data.length);
  const stepX = (flipX ? -1 : 1) * 3;
  const stepY = (flipY ? -1 : 1) * image.width * 3;
  const [across, down] = swap ? [stepY, stepX] : [stepX, stepY];
  const start = ((flipY ? image.height - 1 : 0) * image.width + (flipX ? image.width - 1 : 0)) * 3;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = start + y * down; x < width; x++, from += across, to += 3) {
      data[to] = image.data[from]!;
      data[to + 1] = image.data[from + 1]!;
      data[to + 2] = image.data[from + 2]!;
    }
  }
  return { width, height, data };
}
