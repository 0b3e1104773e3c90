import {
  OPERATION_RESIZE,
  RESIZE_BYTES,
  RESIZE_COUNT,
  RESIZE_FLOATS,
  RESIZE_INITIAL,
  RESIZE_INPUT,
  RESIZE_INPUT_LINES,
  RESIZE_OFFSETS,
  RESIZE_OUTPUT,
  RESIZE_OUTPUT_LINES,
  RESIZE_OUTPUT_STRIDE,
  RESIZE_POSITIONS,
  RESIZE_STARTS,
  RESIZE_UNIT,
  RESIZE_WEIGHTS,
} from "./fields.ts";
import { createRecord, type StepRecord } from "./record.ts";
import type { ResizeStep } from "../../plan/steps.ts";

/** Elements of one unit of work, so that taking a unit costs little beside it. */
const UNIT_ELEMENTS = 8192;

/** A resized axis: some positions of lines a unit. */
export function resizeRecord(step: ResizeStep): StepRecord {
  const count = step.lines * step.positions;
  const unit = Math.max(1, Math.floor(UNIT_ELEMENTS / step.floats));
  const record = createRecord(OPERATION_RESIZE, RESIZE_BYTES, Math.ceil(count / unit));
  record.int(RESIZE_INPUT, step.input);
  record.int(RESIZE_OUTPUT, step.output);
  record.int(RESIZE_INPUT_LINES, step.inputLines);
  record.int(RESIZE_OUTPUT_LINES, step.outputLines);
  record.int(RESIZE_OUTPUT_STRIDE, step.outputStride);
  record.int(RESIZE_POSITIONS, step.positions);
  record.int(RESIZE_INITIAL, step.initial);
  record.int(RESIZE_STARTS, step.starts);
  record.int(RESIZE_OFFSETS, step.offsets);
  record.int(RESIZE_WEIGHTS, step.weights);
  record.int(RESIZE_FLOATS, step.floats);
  record.int(RESIZE_COUNT, count);
  record.int(RESIZE_UNIT, unit);
  return record;
}
