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
  OPERATION_RESIZE,
  OPERATION_SOFTMAX,
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
  SOFTMAX_BYTES,
  SOFTMAX_COUNT,
  SOFTMAX_INPUT,
  SOFTMAX_LOG,
  SOFTMAX_OUTPUT,
} from "./fields.ts";
import { createRecord, type StepRecord } from "./record.ts";
import type { GatherStep, ResizeStep, SoftmaxStep } from "../../plan/steps.ts";

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

/** A softmax: one unit for each row. */
export function softmaxRecord(step: SoftmaxStep): StepRecord {
  const record = createRecord(OPERATION_SOFTMAX, SOFTMAX_BYTES, step.rows);
  record.int(SOFTMAX_INPUT, step.input);
  record.int(SOFTMAX_OUTPUT, step.output);
  record.int(SOFTMAX_COUNT, step.count);
  record.int(SOFTMAX_LOG, step.kind === "log-softmax" ? 1 : 0);
  return record;
}
