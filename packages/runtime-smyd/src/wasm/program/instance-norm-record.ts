import { NORM_BYTES, OPERATION_INSTANCE_NORM, UNIT_CHANNELS } from "./fields.ts";
import { createRecord, type StepRecord } from "./record.ts";
import { writeNorm } from "./spatial-records.ts";
import type { InstanceNormStep } from "../../plan/steps.ts";

/** An instance norm: one unit for each run of channels. */
export function instanceNormRecord(step: InstanceNormStep): StepRecord {
  const record = createRecord(OPERATION_INSTANCE_NORM, NORM_BYTES, Math.ceil(step.input.channels / UNIT_CHANNELS));
  writeNorm(record, step);
  return record;
}
