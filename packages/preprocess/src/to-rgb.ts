import { ShapeError, UsageError } from "@samoyed/core";
import { blendOver } from "./blend.ts";
import { checkPixels } from "./check-pixels.ts";
import { checkImageSize, type DecodeOptions, type Image, type RawImage } from "./image.ts";
import { foundType } from "./type-name.ts";

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
