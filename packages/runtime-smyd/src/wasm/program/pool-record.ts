import {
  INPUT_VALUE,
  OPERATION_AVERAGE_POOL,
  OPERATION_MAX_POOL,
  OUTPUT_VALUE,
  POOL_BYTES,
  POOL_DILATIONS,
  POOL_KERNEL,
  POOL_PADDED,
  POOL_PADS,
  POOL_PADS_END,
  POOL_STRIDES,
} from "./fields.ts";
import { createRecord, writeSpatial, type StepRecord } from "./record.ts";
import type { PoolStep } from "../../plan/steps.ts";

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
