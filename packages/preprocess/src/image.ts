import { ShapeError, UnsupportedError } from "@samoyed/core";

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
