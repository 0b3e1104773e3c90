import { LANES } from "../file/layout.ts";
import {
  CONV_BIAS,
  CONV_BYTES,
  CONV_DEPTH,
  CONV_GROUP_INPUTS,
  CONV_GROUP_OUTPUTS,
  CONV_GROUP_PANELS,
  CONV_INPUT,
  CONV_INPUT_PIXELS,
  CONV_OUTPUT,
  CONV_OUTPUT_PIXELS,
  CONV_PANELS,
  CONV_PIXELS,
  CONV_PIXEL_BLOCK,
  CONV_RESIDUAL,
  CONV_RESIDUAL_PIXELS,
  CONV_SCALES,
  CONV_STORAGE,
  CONV_TAPS,
  CONV_TAP_COUNT,
  CONV_UNIT_PANELS,
  CONV_WEIGHTS,
  OPERATION_CONV,
} from "./fields.ts";
import { createRecord, writeActivation, writeStorage, type Record } from "./record.ts";
import type { ConvStep } from "./steps.ts";

/** Multiplications of one unit of work: about 50 µs, long beside the cost of taking a unit, short beside a layer. */
const UNIT_MULTIPLICATIONS = 1_000_000;

export function convRecord(step: ConvStep): Record {
  const groupPanels = Math.ceil(step.groups.outputs / LANES);
  const panels = step.groups.count * groupPanels;
  const blocks = Math.ceil(step.pixels / step.pixelBlock);
  const panelWork = Math.min(step.pixels, step.pixelBlock) * step.taps.count * step.taps.depth * LANES;
  const unitPanels = Math.min(panels, Math.max(1, Math.floor(UNIT_MULTIPLICATIONS / panelWork)));
  const record = createRecord(OPERATION_CONV, CONV_BYTES, blocks * Math.ceil(panels / unitPanels));
  record.int(CONV_INPUT, step.input);
  record.int(CONV_OUTPUT, step.output);
  record.int(CONV_WEIGHTS, step.weights);
  writeStorage(record, step.storage, { kind: CONV_STORAGE, scales: CONV_SCALES });
  record.int(CONV_BIAS, step.bias ?? 0);
  record.int(CONV_RESIDUAL, step.residual?.input ?? 0);
  record.int(CONV_RESIDUAL_PIXELS, step.residual?.pixels ?? 0);
  record.int(CONV_TAPS, step.taps.offsets);
  record.int(CONV_TAP_COUNT, step.taps.count);
  record.int(CONV_DEPTH, step.taps.depth);
  record.int(CONV_INPUT_PIXELS, step.inputPixels);
  record.int(CONV_OUTPUT_PIXELS, step.outputPixels);
  record.int(CONV_PIXELS, step.pixels);
  record.int(CONV_PIXEL_BLOCK, step.pixelBlock);
  record.int(CONV_PANELS, panels);
  record.int(CONV_GROUP_PANELS, groupPanels);
  record.int(CONV_UNIT_PANELS, unitPanels);
  record.int(CONV_GROUP_INPUTS, step.groups.inputs);
  record.int(CONV_GROUP_OUTPUTS, step.groups.outputs);
  writeActivation(record, step.activation);
  return record;
}
