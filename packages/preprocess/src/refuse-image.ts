import { FormatError, UnsupportedError } from "@samoyed/core";

import { DECODED } from "./decoded-format.ts";
import { detectFormat, isWebPage } from "./detect.ts";

/**
 * Refuses a file that is not decoded.
 *
 * @throws FormatError when the bytes are not an image.
 * @throws UnsupportedError for other formats, by name.
 */
export function refuseImage(bytes: Uint8Array): never {
  const format = detectFormat(bytes);
  if (format === undefined) throw notAnImageFile(bytes);
  throw new UnsupportedError(`${format} images are not decoded; expected ${FORMATS}`, {
    hint:
      "Convert it without loss: python -c \"from PIL import Image; Image.open('in').convert('RGB').save('out.png')\". " +
      "Or decode it elsewhere and give the pixels: { width, height, channels, data }.",
    details: { format },
  });
}

const FORMATS = DECODED.join(", ").replace(/, ([^,]*)$/u, " or $1");

function notAnImageFile(bytes: Uint8Array): FormatError {
  if (isWebPage(bytes)) {
    return new FormatError(`not an image: ${bytes.length} bytes of a web page`, {
      hint: "The address answers with a page, as for a missing file: open it in a browser.",
    });
  }
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new FormatError(`not a known image format: ${bytes.length} bytes, beginning with ${start || "nothing"}`, {
    hint: `Give a file of the format ${FORMATS}, or pixels: { width, height, channels, data }.`,
  });
}
