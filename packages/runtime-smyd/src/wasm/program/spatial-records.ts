import {
  BORDER_BYTES,
  INPUT_VALUE,
  MEAN_BYTES,
  MEAN_OUTPUT,
  OPERATION_BORDER,
  OPERATION_MEAN,
  UNIT_CHANNELS,
} from "./fields.ts";
import { createRecord, writeSpatial, type StepRecord } from "./record.ts";
import type { BorderStep, MeanStep } from "../../plan/steps.ts";

/** A mean: one unit for each run of channels. */
export function meanRecord(step: MeanStep): StepRecord {
  const record = createRecord(OPERATION_MEAN, MEAN_BYTES, Math.ceil(step.input.channels / UNIT_CHANNELS));
  writeSpatial(record, INPUT_VALUE, step.input);
  record.int(MEAN_OUTPUT, step.output);
  return record;
}

/** A border: one unit for each row, the border's own included. */
export function borderRecord({ value }: BorderStep): StepRecord {
  const units = value.border === 0 ? 0 : value.height + 2 * value.border;
  const record = createRecord(OPERATION_BORDER, BORDER_BYTES, units);
  writeSpatial(record, INPUT_VALUE, value);
  return record;
}
