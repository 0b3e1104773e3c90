import {
  OPERATION_TAKE,
  TAKE_BYTES,
  TAKE_COUNT,
  TAKE_INDEX_STRIDES,
  TAKE_INDICES,
  TAKE_INNER,
  TAKE_INPUT,
  TAKE_MISSING,
  TAKE_OUTPUT,
  TAKE_ROWS,
  TAKE_SIZE,
  TAKE_UNIT_ROWS,
} from "./fields.ts";
import { createRecord, type StepRecord } from "./record.ts";
import type { TakeStep } from "../../plan/steps.ts";

/** Elements of one unit of work, so that taking a unit costs little beside it. */
const UNIT_ELEMENTS = 8192;

/** Elements by index: some rows of the output a unit. */
export function takeRecord(step: TakeStep): StepRecord {
  const rows = step.outer * step.count;
  const unitRows = Math.max(1, Math.floor(UNIT_ELEMENTS / step.inner));
  const record = createRecord(OPERATION_TAKE, TAKE_BYTES, Math.ceil(rows / unitRows));
  record.int(TAKE_INPUT, step.input);
  record.int(TAKE_OUTPUT, step.output);
  record.int(TAKE_INDICES, step.indices);
  record.ints(TAKE_INDEX_STRIDES, step.indexStrides);
  record.int(TAKE_ROWS, rows);
  record.int(TAKE_UNIT_ROWS, unitRows);
  record.int(TAKE_SIZE, step.size);
  record.int(TAKE_COUNT, step.count);
  record.int(TAKE_INNER, step.inner);
  record.int(TAKE_MISSING, step.missing);
  return record;
}
