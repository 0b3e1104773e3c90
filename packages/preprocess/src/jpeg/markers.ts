import { FormatError } from "@samoyed/core";

import { MARKER, type Marker } from "./next-marker.ts";

/**
 * The bytes of a marker's segment, without its length field; a view.
 *
 * @throws FormatError when the segment is not within the file.
 */
export function readSegment(bytes: Uint8Array, marker: Marker): Uint8Array {
  const { code, offset } = marker;
  if (offset + 2 > bytes.length) throw truncated(bytes, `in the length of segment ${markerName(code)}`);
  const length = (bytes[offset]! << 8) | bytes[offset + 1]!;
  // libjpeg-turbo skips what it does not need without looking at the length.
  if (length < 2 && isSkipped(code)) return bytes.subarray(offset + 2, offset + 2);
  if (length < 2) throw badLength(marker, length);
  if (offset + length > bytes.length) {
    throw truncated(bytes, `in segment ${markerName(code)} at byte ${offset - 2}, ${length} bytes long`);
  }
  return bytes.subarray(offset + 2, offset + length);
}

function isSkipped(code: number): boolean {
  return (code >= MARKER.APP0 && code <= MARKER.APP15) || code === MARKER.COM || code === MARKER.DNL;
}

/** The error for a segment whose length does not fit its contents. */
export function badLength(marker: Marker, length: number): FormatError {
  return new FormatError(
    `JPEG: segment ${markerName(marker.code)} at byte ${marker.offset - 2} has length ${length}, which does not fit its contents`,
    { details: { offset: marker.offset - 2, length } },
  );
}

/** The error for a file that ends too early. */
export function truncated(bytes: Uint8Array, where: string): FormatError {
  return new FormatError(`JPEG: the file ends at byte ${bytes.length}, ${where}`, {
    hint: "The file is truncated: fetch or copy it again.",
    details: { byteLength: bytes.length },
  });
}

/** A marker's name in error messages. */
export function markerName(code: number): string {
  return `FF${code.toString(16).toUpperCase().padStart(2, "0")}`;
}
