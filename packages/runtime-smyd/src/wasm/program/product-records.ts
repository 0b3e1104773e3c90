import { LANES } from "@samoyed/smyd-file";
import {
  CONV_BIAS,
  CONV_BYTES,
  CONV_DEPTH,
  CONV_GROUP_OUTPUTS,
  CONV_GROUP_PANELS,
  CONV_INPUT,
  CONV_INPUT_GROUPS,
  CONV_INPUT_PIXELS,
  CONV_OUTPUT,
  CONV_OUTPUT_GROUPS,
  CONV_OUTPUT_PIXELS,
  CONV_PANELS,
  CONV_PIXELS,
  CONV_PIXEL_BLOCK,
  CONV_RESIDUAL,
  CONV_RESIDUAL_GROUPS,
  CONV_RESIDUAL_PIXELS,
  CONV_SCALES,
  CONV_STORAGE,
  CONV_TAPS,
  CONV_TAP_COUNT,
  CONV_TILE,
  CONV_UNIT_PANELS,
  CONV_WEIGHTS,
  DEPTHWISE_CHANNELS,
  DEPTHWISE_UNIT_PIXELS,
  OPERATION_CONV,
  OPERATION_DEPTHWISE,
  STORAGE_FLOAT16,
  STORAGE_FLOAT32,
  STORAGE_INT8,
} from "./fields.ts";
import { createRecord, writeActivation, type StepRecord } from "./record.ts";
import type { ConvStep, DepthwiseStep } from "../../plan/steps.ts";

const STORAGES = { float32: STORAGE_FLOAT32, float16: STORAGE_FLOAT16, int8: STORAGE_INT8 } as const;

/**
 * Multiplications of one unit of work: about 25 µs, long beside the cost of taking a unit, and short enough that
 * threads end together.
 */
const UNIT_MULTIPLICATIONS = 500_000;

/** Work of a depthwise convolution, in channels of pixels: as long, since it waits for memory more. */
const UNIT_ELEMENTS = 16_384;

/** A convolution or linear: blocks of pixels × some panels. */
export function convRecord(step: ConvStep, { tile }: { readonly tile: number }): StepRecord {
  const groupPanels = Math.ceil(step.groups.outputs / LANES);
  const panels = step.groups.count * groupPanels;
  const blocks = Math.ceil(step.pixels / step.pixelBlock);
  const panelWork = Math.min(step.pixels, step.pixelBlock) * step.taps.count * step.taps.depth * LANES;
  const unitPanels = Math.min(panels, Math.max(1, Math.floor(UNIT_MULTIPLICATIONS / panelWork)));
  const record = createRecord(OPERATION_CONV, CONV_BYTES, blocks * Math.ceil(panels / unitPanels));
  writeProduct(record, step);
  record.int(CONV_DEPTH, step.taps.depth);
  record.int(CONV_PIXEL_BLOCK, step.pixelBlock);
  record.int(CONV_TILE, tile);
  record.int(CONV_PANELS, panels);
  record.int(CONV_GROUP_PANELS, groupPanels);
  record.int(CONV_UNIT_PANELS, unitPanels);
  record.int(CONV_GROUP_OUTPUTS, step.groups.outputs);
  record.int(CONV_INPUT_GROUPS, step.groups.inputs);
  record.int(CONV_OUTPUT_GROUPS, step.groups.places);
  record.int(CONV_RESIDUAL_GROUPS, step.residual?.groups ?? 0);
  return record;
}

/** A depthwise convolution: some pixels, all channels. */
export function depthwiseRecord(step: DepthwiseStep): StepRecord {
  const unitPixels = Math.max(1, Math.floor(UNIT_ELEMENTS / step.channels));
  const record = createRecord(OPERATION_DEPTHWISE, CONV_BYTES, Math.ceil(step.pixels / unitPixels));
  writeProduct(record, step);
  record.int(DEPTHWISE_CHANNELS, step.channels);
  record.int(DEPTHWISE_UNIT_PIXELS, unitPixels);
  return record;
}

function writeProduct(record: StepRecord, step: ConvStep | DepthwiseStep): void {
  record.int(CONV_INPUT, step.input);
  record.int(CONV_OUTPUT, step.output);
  record.int(CONV_WEIGHTS, step.weights);
  record.int(CONV_STORAGE, STORAGES[step.storage.kind]);
  record.int(CONV_SCALES, step.storage.kind === "int8" ? step.storage.scales : 0);
  record.int(CONV_BIAS, step.bias ?? 0);
  record.int(CONV_RESIDUAL, step.residual?.input ?? 0);
  record.int(CONV_RESIDUAL_PIXELS, step.residual?.pixels ?? 0);
  record.int(CONV_TAPS, step.taps.offsets);
  record.int(CONV_TAP_COUNT, step.taps.count);
  record.int(CONV_INPUT_PIXELS, step.inputPixels);
  record.int(CONV_OUTPUT_PIXELS, step.outputPixels);
  record.int(CONV_PIXELS, step.pixels);
  writeActivation(record, step.activation);
}
