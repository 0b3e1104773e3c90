import {
  INPUT_VALUE,
  NORM_BIAS,
  NORM_BYTES,
  NORM_EPSILON,
  NORM_MEAN,
  NORM_SCALE,
  NORM_VARIANCE,
  OPERATION_BATCH_NORM,
  OPERATION_INSTANCE_NORM,
  OUTPUT_VALUE,
  UNIT_CHANNELS,
} from "./fields.ts";
import { createRecord, writeActivation, writeSpatial, type StepRecord } from "./record.ts";
import type { BatchNormStep, InstanceNormStep } from "../../plan/steps.ts";

/** A batch norm: one unit for each row. */
export function batchNormRecord(step: BatchNormStep): StepRecord {
  const record = createRecord(OPERATION_BATCH_NORM, NORM_BYTES, step.input.height);
  writeNorm(record, step);
  record.int(NORM_MEAN, step.mean);
  record.int(NORM_VARIANCE, step.variance);
  writeActivation(record, step.activation);
  return record;
}

/** Writes what batch norms and instance norms have in common. */
export function writeNorm(record: StepRecord, step: BatchNormStep | InstanceNormStep): void {
  writeSpatial(record, INPUT_VALUE, step.input);
  writeSpatial(record, OUTPUT_VALUE, step.output);
  record.int(NORM_SCALE, step.scale);
  record.int(NORM_BIAS, step.bias);
  record.float(NORM_EPSILON, step.epsilon);
}

/** An instance norm: one unit for each run of channels. */
export function instanceNormRecord(step: InstanceNormStep): StepRecord {
  const record = createRecord(OPERATION_INSTANCE_NORM, NORM_BYTES, Math.ceil(step.input.channels / UNIT_CHANNELS));
  writeNorm(record, step);
  return record;
}
