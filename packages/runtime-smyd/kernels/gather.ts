/** Copies whole pixels by table, a unit some pixels; and clears borders, a unit a row. */
import { storeLanes } from "./lanes";
import { pixelAt, pixelBytes } from "./spatial";
import {
  GATHER_CHANNELS,
  GATHER_FILL,
  GATHER_INPUT,
  GATHER_INPUT_PIXELS,
  GATHER_OUTPUT,
  GATHER_OUTPUT_PIXELS,
  GATHER_PIXELS,
  GATHER_UNIT_PIXELS,
  INPUT_VALUE,
  SPATIAL_BORDER,
  SPATIAL_HEIGHT,
  SPATIAL_WIDTH,
} from "../src/wasm/program/fields";

export function gatherUnit(step: usize, unit: i32): void {
  const unitPixels = load<i32>(step, GATHER_UNIT_PIXELS);
  const first = unit * unitPixels;
  const end = min(first + unitPixels, load<i32>(step, GATHER_PIXELS));
  const channels = load<i32>(step, GATHER_CHANNELS);
  const fill = v128.load_splat<f32>(step, GATHER_FILL);
  for (let pixel = first; pixel < end; pixel++) {
    const offset = load<i32>(load<usize>(step, GATHER_INPUT_PIXELS) + 4 * pixel);
    const from = load<usize>(step, GATHER_INPUT) + offset;
    const to = load<usize>(step, GATHER_OUTPUT) + load<i32>(load<usize>(step, GATHER_OUTPUT_PIXELS) + 4 * pixel);
    for (let channel = 0; channel < channels; channel += 4) {
      const value = offset < 0 ? fill : v128.load(from + 4 * channel);
      storeLanes(to + 4 * channel, value, channels - channel);
    }
  }
}

/** Row `y` of a value counted from the top of its border. */
export function borderUnit(step: usize, unit: i32): void {
  const value = step + INPUT_VALUE;
  const border = load<i32>(value, SPATIAL_BORDER);
  const height = load<i32>(value, SPATIAL_HEIGHT);
  const width = load<i32>(value, SPATIAL_WIDTH);
  const y = unit - border;
  const side = border * pixelBytes(value);
  const start = pixelAt(value, y, -border);
  if (y < 0 || y >= height) {
    memory.fill(start, 0, 2 * side + width * pixelBytes(value));
    return;
  }
  memory.fill(start, 0, side);
  memory.fill(pixelAt(value, y, width), 0, side);
}
