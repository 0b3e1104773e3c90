import { ShapeError, UnsupportedError, UsageError } from "@samoyed/core";
import { blendOver } from "./blend.ts";
import { checkPixels } from "./check-pixels.ts";
import { foundType } from "./type-name.ts";

/** A decoded picture: 8-bit RGB, row-major, interleaved (height × width × 3), no padding between rows. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** EXIF's orientation, 2 to 8, of an image that decoding did not turn; absent where the image is upright. */
  readonly orientation?: number;
}

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of pixels. */
export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** Chooses the part of an image to decode, given its size. */
export type ChooseRegion = (size: Size) => Box;

/** Options of decoding. */
export interface DecodeOptions {
  /** The part to decode; elsewhere the image may be black. The whole image by default. */
  readonly region?: ChooseRegion;
  /** Whether the image is turned as its EXIF orientation says; `ignore` when absent, as in timm and torchvision. */
  readonly exifOrientation?: "apply" | "ignore" | undefined;
  /** Red, green, blue behind transparent pixels, 0 to 255. When absent, alpha is dropped. */
  readonly background?: readonly number[] | undefined;
  /** Most pixels to decode, `MAX_PIXELS` when absent and at most that. */
  readonly maxPixels?: number | undefined;
}

/** Pixels decoded elsewhere: 8 bits per channel, row-major, interleaved. A canvas's `ImageData` is one. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  /**
   * 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha. When absent, 3 or 4, whichever fits the data.
   */
  readonly channels?: 1 | 2 | 3 | 4 | undefined;
  readonly data: Uint8Array | Uint8ClampedArray;
  /** The color space of a canvas's `ImageData`. */
  readonly colorSpace?: string;
}

/**
 * The most pixels that an image may have: Pillow refuses an image at twice its `MAX_IMAGE_PIXELS` (a quarter of a
 * gibibyte of 24-bit pixels), so every image that PyTorch users can open is accepted, and a header of a few bytes cannot claim
 * the whole memory.
 */
export const MAX_PIXELS: number = 2 * Math.floor(1024 ** 3 / 4 / 3);

/**
 * Checks an image's size before anything is allocated for it.
 *
 * @throws ShapeError when a side is not a positive integer.
 * @throws UnsupportedError when the image has more than `maxPixels` pixels.
 */
export function checkImageSize(width: number, height: number, maxPixels: number = MAX_PIXELS): void {
  if (!Number.isSafeInteger(width) || !Number.isSafeInteger(height) || width < 1 || height < 1) {
    throw new ShapeError(`image is ${width}×${height} pixels; expected at least 1×1`);
  }
  const limit = Math.min(maxPixels, MAX_PIXELS);
  // A limit that is not a number allows nothing.
  if (!(width * height <= limit)) {
    throw new UnsupportedError(`image is ${width}×${height} pixels; at most ${limit} pixels are decoded`, {
      hint:
        limit === MAX_PIXELS
          ? "Scale the image down first; the limit is Pillow's own against decompression bombs."
          : "Scale the image down first, or raise maxPixels.",
      details: { width, height, limit },
    });
  }
}

/**
 * Converts pixels of any channel count to RGB, by the rules of Pillow's `convert("RGB")`: gray is repeated, alpha is dropped,
 * or blended over a background.
 *
 * Returns a view if the input is already RGB, and a copy otherwise.
 *
 * @throws UsageError when a field is missing, the data are not a Uint8Array or Uint8ClampedArray, or the color space is
 * not sRGB.
 * @throws ShapeError when the data does not have width × height × channels bytes.
 * @throws UnsupportedError when the image has more than `MAX_PIXELS` pixels.
 */
export function toRgb(
  raw: RawImage,
  { background, maxPixels }: Pick<DecodeOptions, "background" | "maxPixels"> = {},
): Image {
  checkPixels(raw, ["width", "height"]);
  const { width, height, data } = raw;
  checkImageSize(width, height, maxPixels);
  const channels = channelsOf(raw);
  const pixels = width * height;
  if (channels === 3) return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  const rgb = new Uint8Array(pixels * 3);
  const green = channels === 4 ? 1 : 0;
  const blue = channels === 4 ? 2 : 0;
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + green]!;
    rgb[to + 2] = data[from + blue]!;
  }
  if (background !== undefined && channels % 2 === 0) {
    blendOver(
      rgb,
      Uint8Array.from({ length: pixels }, (_, i) => data[(i + 1) * channels - 1]!),
      background,
    );
  }
  return { width, height, data: rgb };
}

function channelsOf({ width, height, channels, data, colorSpace = "srgb" }: RawImage): number {
  if (colorSpace !== "srgb") {
    throw new UsageError(`pixels: colorSpace is ${JSON.stringify(colorSpace)}; expected srgb`, {
      hint: 'Take the pixels with getImageData(…, { colorSpace: "srgb" }).',
    });
  }
  const pixels = width * height;
  if (channels === undefined) {
    const found = data.length / pixels;
    if (found === 3 || found === 4) return found;
    throw new ShapeError(
      `pixels of ${width}×${height} are ${data.length} bytes; expected ${pixels * 3} (RGB) or ${pixels * 4} (RGBA)`,
      { hint: "Say how many channels there are: channels: 1 for gray, 2 for gray and alpha." },
    );
  }
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) {
    const found = typeof channels === "number" ? `is ${String(channels)}` : foundType(channels);
    throw new ShapeError(`pixels: channels ${found}; expected 1, 2, 3 or 4`);
  }
  if (data.length !== pixels * channels) {
    throw new ShapeError(
      `pixels of ${width}×${height}×${channels} are ${data.length} bytes; expected ${pixels * channels}`,
    );
  }
  return channels;
}
