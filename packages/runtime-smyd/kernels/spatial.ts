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
 * The mean of (x - center)^power over all pixels, of four channels; power is 1 or 2. Summed in float64: a value that is
 * normalized as a whole is one row of all its pixels, and float32's rounding would grow with their number.
 */
export function meanOfPixels(value: usize, channel: i32, center: v128, power: i32): v128 {
  const height = load<i32>(value, SPATIAL_HEIGHT);
  const width = load<i32>(value, SPATIAL_WIDTH);
  const bytes = pixelBytes(value);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let y = 0; y < height; y++) {
    let from = pixelAt(value, y, 0) + 4 * channel;
    for (let x = 0; x < width; x++) {
      const distance = v128.sub<f32>(v128.load(from), center);
      const term = power == 1 ? distance : v128.mul<f32>(distance, distance);
      low = v128.add<f64>(low, f64x2.promote_low_f32x4(term));
      high = v128.add<f64>(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(term, term, 1, 1)));
      from += bytes;
    }
  }
  const count = f64x2.splat(<f64>height * <f64>width);
  const means = f32x4.demote_f64x2_zero(v128.div<f64>(low, count));
  return v128.shuffle<i64>(means, f32x4.demote_f64x2_zero(v128.div<f64>(high, count)), 0, 2);
}
