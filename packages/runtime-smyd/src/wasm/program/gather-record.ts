import {
  GATHER_BYTES,
  GATHER_CHANNELS,
  GATHER_FILL,
  GATHER_INPUT,
  GATHER_INPUT_PIXELS,
  GATHER_OUTPUT,
  GATHER_OUTPUT_PIXELS,
  GATHER_PIXELS,
  GATHER_UNIT_PIXELS,
  OPERATION_GATHER,
} from "./fields.ts";
import { createRecord, type StepRecord } from "./record.ts";
import type { GatherStep } from "../../plan/steps.ts";

/** Elements of one unit of work, so that taking a unit costs little beside it. */
const UNIT_ELEMENTS = 8192;

/** A gather: some pixels a unit. */
export function gatherRecord(step: GatherStep): StepRecord {
  const unitPixels = Math.max(1, Math.floor(UNIT_ELEMENTS / Math.max(1, step.channels)));
  const record = createRecord(OPERATION_GATHER, GATHER_BYTES, Math.ceil(step.pixels / unitPixels));
  record.int(GATHER_INPUT, step.input);
  record.int(GATHER_OUTPUT, step.output);
  record.int(GATHER_INPUT_PIXELS, step.inputPixels);
  record.int(GATHER_OUTPUT_PIXELS, step.outputPixels);
  record.int(GATHER_PIXELS, step.pixels);
  record.int(GATHER_CHANNELS, step.channels);
  record.float(GATHER_FILL, step.fill);
  record.int(GATHER_UNIT_PIXELS, unitPixels);
  return record;
}
