/** A unit of a convolution: a block of pixels × some panels of weights. */
import { activate, activatePixels } from "./activation";
import { expandWeights, weightBytes } from "./expand";
import { runTile } from "./tile";
import {
  CONV_BIAS,
  CONV_DEPTH,
  CONV_GROUP_OUTPUTS,
  CONV_GROUP_PANELS,
  CONV_INPUT,
  CONV_INPUT_GROUPS,
  CONV_OUTPUT,
  CONV_OUTPUT_GROUPS,
  CONV_OUTPUT_PIXELS,
  CONV_PANELS,
  CONV_PIXELS,
  CONV_PIXEL_BLOCK,
  CONV_RESIDUAL,
  CONV_RESIDUAL_GROUPS,
  CONV_SCALES,
  CONV_STORAGE,
  CONV_TAP_COUNT,
  CONV_TILE,
  CONV_UNIT_PANELS,
  CONV_WEIGHTS,
  SCRATCH_PANEL,
  SCRATCH_TILE,
  SCRATCH_TILE_PIXELS,
  SCRATCH_WEIGHTS,
  STORAGE_FLOAT32,
  TILE_BIAS,
  TILE_FETCHED,
  TILE_INPUT,
  TILE_OUTPUT,
  TILE_OUTPUT_PIXELS,
  TILE_RESIDUAL,
  TILE_WEIGHTS,
} from "../src/wasm/program/fields";
import { storeLanes } from "./lanes";

export function convUnit(step: usize, unit: i32, scratch: usize): void {
  const panels = load<i32>(step, CONV_PANELS);
  const unitPanels = load<i32>(step, CONV_UNIT_PANELS);
  const chunks = (panels + unitPanels - 1) / unitPanels;
  const pixelBlock = load<i32>(step, CONV_PIXEL_BLOCK);
  const firstPixel = (unit / chunks) * pixelBlock;
  const pixels = min(pixelBlock, load<i32>(step, CONV_PIXELS) - firstPixel);
  const firstPanel = (unit % chunks) * unitPanels;
  const endPanel = min(firstPanel + unitPanels, panels);
  for (let panel = firstPanel; panel < endPanel; panel++) convPanel(step, panel, firstPixel, pixels, scratch);
}

/** One panel of weights over a block of pixels. */
function convPanel(step: usize, panel: i32, firstPixel: i32, pixels: i32, scratch: usize): void {
  const groupPanels = load<i32>(step, CONV_GROUP_PANELS);
  const groupOutputs = load<i32>(step, CONV_GROUP_OUTPUTS);
  const group = panel / groupPanels;
  const panelInGroup = panel % groupPanels;
  const channel: usize = 4 * (group * groupOutputs + 8 * panelInGroup);
  const lanes = min(8, groupOutputs - 8 * panelInGroup);
  const input: usize = load<usize>(step, CONV_INPUT) + load<i32>(load<usize>(step, CONV_INPUT_GROUPS) + 4 * group);
  const output: usize =
    load<usize>(step, CONV_OUTPUT) + load<i32>(load<usize>(step, CONV_OUTPUT_GROUPS) + 4 * group) + 32 * panelInGroup;
  const outputPixels: usize = load<usize>(step, CONV_OUTPUT_PIXELS);
  const bias: usize = load<usize>(step, CONV_BIAS);
  let residual: usize = load<usize>(step, CONV_RESIDUAL);
  if (residual) residual += load<i32>(load<usize>(step, CONV_RESIDUAL_GROUPS) + 4 * group) + 32 * panelInGroup;
  const panelSteps = load<i32>(step, CONV_TAP_COUNT) * load<i32>(step, CONV_DEPTH);
  const shared = scratch + SCRATCH_PANEL;
  const storage = load<i32>(step, CONV_STORAGE);
  let weights = load<usize>(step, CONV_WEIGHTS) + 8 * weightBytes(storage) * panel * panelSteps;
  if (storage != STORAGE_FLOAT32) {
    expandWeights(storage, weights, panelSteps, load<usize>(step, CONV_SCALES) + channel, scratch + SCRATCH_WEIGHTS);
    weights = scratch + SCRATCH_WEIGHTS;
  } else if (pixels > 1) {
    // A single pixel reads its weights once, and in order.
    store<i32>(shared, readAhead(weights, 32 * panelSteps), TILE_FETCHED);
  }
  store<usize>(shared, weights, TILE_WEIGHTS);
  store<usize>(shared, bias ? bias + channel : 0, TILE_BIAS);
  store<usize>(shared, input, TILE_INPUT);
  store<usize>(shared, residual, TILE_RESIDUAL);
  store<usize>(shared, output, TILE_OUTPUT);
  store<usize>(shared, outputPixels, TILE_OUTPUT_PIXELS);
  // Tiles as even as possible: 49 pixels by 6 are 4 × 6 + 5 × 5, so there is no slow tile of one pixel at the end.
  const largest = load<i32>(step, CONV_TILE);
  const tiles = (pixels + largest - 1) / largest;
  const small = pixels / tiles;
  const large = pixels % tiles;
  let pixel: usize = 4 * firstPixel;
  for (let index = 0; index < tiles; index++) {
    const size = index < large ? small + 1 : small;
    if (lanes == 8) {
      runTile(size, step, shared, pixel);
    } else {
      // A panel that is not full must not touch the channels behind it.
      store<usize>(shared, scratch + SCRATCH_TILE, TILE_OUTPUT);
      store<usize>(shared, scratch + SCRATCH_TILE_PIXELS - pixel, TILE_OUTPUT_PIXELS);
      runTile(size, step, shared, pixel);
      for (let index = 0; index < size; index++) {
        const to = output + load<i32>(outputPixels + pixel + 4 * index);
        storePart(step, scratch + SCRATCH_TILE + 32 * index, to, lanes);
      }
    }
    pixel += 4 * size;
  }
  if (lanes == 8) activatePixels(step, output, outputPixels + 4 * firstPixel, pixels);
}

/**
 * Brings a panel into the caches, many lines at a time: the first tile, so busy that the processor cannot look far
 * ahead, would wait for one after the other.
 *
 * @returns what was read, to be stored: else compilers may leave the reading out
 */
function readAhead(from: usize, bytes: i32): i32 {
  let read = 0;
  for (const end = from + bytes; from < end; from += 64) read |= load<i32>(from);
  return read;
}

/** Stores the first lanes of a pixel's eight sums, to which the tile has added the residual. */
function storePart(step: usize, sums: usize, output: usize, lanes: i32): void {
  for (let lane = 0; lane < lanes; lane += 4) {
    storeLanes(output + 4 * lane, activate(step, v128.load(sums + 4 * lane)), lanes - lane);
  }
}
