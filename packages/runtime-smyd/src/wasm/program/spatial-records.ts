import {
  BORDER_BYTES,
  INPUT_VALUE,
  MEAN_BYTES,
  MEAN_OUTPUT,
  NORM_BIAS,
  NORM_BYTES,
  NORM_EPSILON,
  NORM_MEAN,
  NORM_SCALE,
  NORM_VARIANCE,
  OPERATION_AVERAGE_POOL,
  OPERATION_BATCH_NORM,
  OPERATION_BORDER,
  OPERATION_MAX_POOL,
  OPERATION_MEAN,
  OUTPUT_VALUE,
  POOL_BYTES,
  POOL_DILATIONS,
  POOL_KERNEL,
  POOL_PADDED,
  POOL_PADS,
  POOL_PADS_END,
  POOL_STRIDES,
  UNIT_CHANNELS,
} from "./fields.ts";
import { createRecord, writeActivation, writeSpatial, type StepRecord } from "./record.ts";
import type { BatchNormStep, BorderStep, InstanceNormStep, MeanStep, PoolStep } from "../../plan/steps.ts";

/** A pool: one unit for each row of the output. */
export function poolRecord(step: PoolStep): StepRecord {
  const operation = step.kind === "max-pool" ? OPERATION_MAX_POOL : OPERATION_AVERAGE_POOL;
  const record = createRecord(operation, POOL_BYTES, step.output.height);
  writeSpatial(record, INPUT_VALUE, step.input);
  writeSpatial(record, OUTPUT_VALUE, step.output);
  record.ints(POOL_KERNEL, step.kernel);
  record.ints(POOL_STRIDES, step.strides);
  record.ints(POOL_DILATIONS, step.dilations);
  record.ints(POOL_PADS, step.pads);
  record.ints(POOL_PADS_END, step.padsEnd);
  record.int(POOL_PADDED, step.divisor === "padded" ? 1 : 0);
  return record;
}

/** A mean: one unit for each run of channels. */
export function meanRecord(step: MeanStep): StepRecord {
  const record = createRecord(OPERATION_MEAN, MEAN_BYTES, Math.ceil(step.input.channels / UNIT_CHANNELS));
  writeSpatial(record, INPUT_VALUE, step.input);
  record.int(MEAN_OUTPUT, step.output);
  return record;
}

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

/** A border: one unit for each row, the border's own included. */
export function borderRecord({ value }: BorderStep): StepRecord {
  const units = value.border === 0 ? 0 : value.height + 2 * value.border;
  const record = createRecord(OPERATION_BORDER, BORDER_BYTES, units);
  writeSpatial(record, INPUT_VALUE, value);
  return record;
}
