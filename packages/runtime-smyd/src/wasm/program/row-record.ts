import {
  OPERATION_ROWS,
  ROW_ARG_MAX,
  ROW_ARG_MIN,
  ROW_BIAS,
  ROW_BYTES,
  ROW_COUNT,
  ROW_EPSILON,
  ROW_EXCLUSIVE,
  ROW_HARD_MAX,
  ROW_INNER,
  ROW_INPUT,
  ROW_INTEGERS,
  ROW_LAYER_NORM,
  ROW_LOG_SOFTMAX,
  ROW_MAX,
  ROW_MEAN,
  ROW_MIN,
  ROW_OPERATOR,
  ROW_OUTPUT,
  ROW_PLACES,
  ROW_PRODUCT,
  ROW_REVERSE,
  ROW_ROWS,
  ROW_RUNNING_SUM,
  ROW_SCALE,
  ROW_SOFTMAX,
  ROW_SUM,
  ROW_TOP,
  ROW_TOP_COUNT,
  ROW_UNIT_ROWS,
} from "./fields.ts";
import { createRecord, type StepRecord } from "./record.ts";
import type { RowOperator, RowStep, RowView } from "../../plan/row-step.ts";

/** Elements of one unit of work, so that taking a unit costs little beside it. */
const UNIT_ELEMENTS = 8192;

const OPERATORS: Readonly<Record<RowOperator, number>> = {
  sum: ROW_SUM,
  mean: ROW_MEAN,
  max: ROW_MAX,
  min: ROW_MIN,
  product: ROW_PRODUCT,
  "arg-max": ROW_ARG_MAX,
  "arg-min": ROW_ARG_MIN,
  "hard-max": ROW_HARD_MAX,
  "running-sum": ROW_RUNNING_SUM,
  "top-values": ROW_TOP,
  "top-places": ROW_TOP,
  softmax: ROW_SOFTMAX,
  "log-softmax": ROW_LOG_SOFTMAX,
  "layer-norm": ROW_LAYER_NORM,
};

/** Rows: some of them a unit. */
export function rowRecord(step: RowStep): StepRecord {
  const { operator, rows, count, top = 1 } = step;
  const unitRows = Math.max(1, Math.floor(UNIT_ELEMENTS / Math.max(1, count * top)));
  const record = createRecord(OPERATION_ROWS, ROW_BYTES, Math.ceil(rows / unitRows));
  writeView(record, ROW_INPUT, step.input);
  writeView(record, ROW_OUTPUT, step.output);
  record.int(ROW_INNER, step.inner);
  record.int(ROW_UNIT_ROWS, unitRows);
  record.int(ROW_ROWS, rows);
  record.int(ROW_COUNT, count);
  record.int(ROW_OPERATOR, OPERATORS[operator]);
  record.int(ROW_INTEGERS, Number(step.integers ?? false));
  record.int(ROW_REVERSE, Number(step.reverse ?? false));
  record.int(ROW_EXCLUSIVE, Number(step.exclusive ?? false));
  record.int(ROW_TOP_COUNT, top);
  record.int(ROW_PLACES, Number(operator === "top-places"));
  record.int(ROW_SCALE, step.scale ?? 0);
  record.int(ROW_BIAS, step.bias ?? 0);
  record.float(ROW_EPSILON, step.epsilon ?? 0);
  return record;
}

function writeView(record: StepRecord, field: number, { address, block, row, element }: RowView): void {
  record.ints(field, [address, block, row, element]);
}
