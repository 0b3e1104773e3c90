import { blendOver } from "../blend.ts";
import { checkImageSize, type DecodeOptions, type Image } from "../image.ts";
import { decodeAlpha } from "./alpha.ts";
import { readFirstFrame, type WebpFrame } from "./container.ts";
import { truncated } from "./damaged.ts";
import { decodeLossless } from "./lossless/decode.ts";
import { decodeLossy } from "./lossy/decode.ts";

/** A larger image must not be nearly empty: a byte may stand for so many pixels. libwebp has no such limit. */
const MOST_PIXELS_A_BYTE = 16_384;
const MOST_BLANK_PIXELS = 1 << 22;

/** Colors and opacity of a frame. */
interface Pixels {
  readonly rgb: Uint8Array;
  /** Undefined where every pixel is opaque. */
  readonly alpha: Uint8Array | undefined;
}

/**
 * Decodes a WebP file, or the first frame of an animation, to RGB, byte for byte equal to Pillow's
 * `Image.open(file).convert("RGB")` (Pillow 13 with libwebp 1.6): lossy and lossless. Around a frame that is a part of the
 * image is black. Without a `background`, transparent pixels have the color that the file gives them.
 *
 * @throws FormatError when the file is truncated or contradicts itself, or is much too short for its size.
 * @throws UnsupportedError when the image has more than `maxPixels` pixels.
 */
export function decodeWebp(
  bytes: Uint8Array,
  { maxPixels, background }: Pick<DecodeOptions, "maxPixels" | "background"> = {},
): Image {
  const frame = readFirstFrame(bytes);
  const { width, height, hasAlpha } = frame;
  checkImageSize(width, height, maxPixels);
  if (width * height > Math.max(MOST_BLANK_PIXELS, bytes.length * MOST_PIXELS_A_BYTE)) {
    throw truncated(`${width}×${height} pixels, of which ${bytes.length} bytes cannot be all`);
  }
  const pixels = onCanvas(frame.isLossless ? losslessPixels(frame) : lossyPixels(frame), frame);
  if (background !== undefined && hasAlpha && pixels.alpha) blendOver(pixels.rgb, pixels.alpha, background);
  return { width, height, data: pixels.rgb };
}

function lossyPixels({ data, alpha, frameWidth, frameHeight }: WebpFrame): Pixels {
  const opacity = alpha && decodeAlpha(alpha, { width: frameWidth, height: frameHeight });
  return { rgb: decodeLossy(data), alpha: opacity };
}

function losslessPixels({ data, hasAlpha }: WebpFrame): Pixels {
  const { pixels } = decodeLossless(data);
  const rgb = new Uint8Array(pixels.length * 3);
  const alpha = hasAlpha ? new Uint8Array(pixels.length) : undefined;
  for (const [i, pixel] of pixels.entries()) {
    rgb[3 * i] = pixel >> 16;
    rgb[3 * i + 1] = pixel >> 8;
    rgb[3 * i + 2] = pixel;
    if (alpha !== undefined) alpha[i] = pixel >>> 24;
  }
  return { rgb, alpha };
}

/** Puts a frame at its place in the image. */
function onCanvas({ rgb, alpha }: Pixels, frame: WebpFrame): Pixels {
  const { width, height, x, y, frameWidth, frameHeight } = frame;
  if (frameWidth === width && frameHeight === height) return { rgb, alpha };
  const canvas = { rgb: new Uint8Array(width * height * 3), alpha: new Uint8Array(width * height) };
  for (let row = 0; row < frameHeight; row++) {
    const to = (y + row) * width + x;
    const from = row * frameWidth;
    canvas.rgb.set(rgb.subarray(3 * from, 3 * (from + frameWidth)), 3 * to);
    if (alpha === undefined) canvas.alpha.fill(255, to, to + frameWidth);
    else canvas.alpha.set(alpha.subarray(from, from + frameWidth), to);
  }
  return canvas;
}
