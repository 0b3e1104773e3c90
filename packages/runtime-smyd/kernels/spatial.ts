/** Values with height, width and a border, as records hold them. */
import {
  SPATIAL_ADDRESS,
  SPATIAL_BORDER,
  SPATIAL_CHANNELS,
  SPATIAL_HEIGHT,
  SPATIAL_WIDTH,
} from "../src/wasm/program/fields";

/** The address of a pixel's first channel; `value` is the address of the value's fields. */
export function pixelAt(value: usize, y: i32, x: i32): usize {
  const border = load<i32>(value, SPATIAL_BORDER);
  const row = load<i32>(value, SPATIAL_WIDTH) + 2 * border;
  return load<usize>(value, SPATIAL_ADDRESS) + ((y + border) * row + x + border) * pixelBytes(value);
}

/** Bytes from one pixel to the next. */
export function pixelBytes(value: usize): i32 {
  return 4 * load<i32>(value, SPATIAL_CHANNELS);
}

/**
 * The sum of (x - center)^power over all pixels, of four channels; power is 1 or 2. Row by row, so that float32's
 * rounding grows with the height plus the width, not with their product.
 */
export function sumPixels(value: usize, channel: i32, center: v128, power: i32): v128 {
  const height = load<i32>(value, SPATIAL_HEIGHT);
  const width = load<i32>(value, SPATIAL_WIDTH);
  const bytes = pixelBytes(value);
  let sum = f32x4.splat(0);
  for (let y = 0; y < height; y++) {
    let from = pixelAt(value, y, 0) + 4 * channel;
    let rowSum = f32x4.splat(0);
    for (let x = 0; x < width; x++) {
      const distance = v128.sub<f32>(v128.load(from), center);
      rowSum = v128.add<f32>(rowSum, power == 1 ? distance : v128.mul<f32>(distance, distance));
      from += bytes;
    }
    sum = v128.add<f32>(sum, rowSum);
  }
  return sum;
}

/** How many pixels a value has, in every lane. */
export function pixelCount(value: usize): v128 {
  return f32x4.splat(<f32>(load<i32>(value, SPATIAL_HEIGHT) * load<i32>(value, SPATIAL_WIDTH)));
}
