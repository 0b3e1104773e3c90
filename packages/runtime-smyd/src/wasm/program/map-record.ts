import {
  MAP_ADD,
  MAP_BYTES,
  MAP_COPY,
  MAP_DIV,
  MAP_LEFT,
  MAP_LEFT_STRIDES,
  MAP_MAX,
  MAP_MIN,
  MAP_MOVE,
  MAP_MUL,
  MAP_OPERATOR,
  MAP_OUTPUT,
  MAP_OUTPUT_STRIDES,
  MAP_POW,
  MAP_RIGHT,
  MAP_RIGHT_STRIDES,
  MAP_ROWS,
  MAP_SHAPE,
  MAP_SUB,
  MAP_UNIT_ROWS,
  OPERATION_MAP,
} from "./fields.ts";
import { createRecord, writeActivation, type StepRecord } from "./record.ts";
import type { BinaryStep, CopyStep, StridedView } from "../../plan/steps.ts";

const RANK = 6;
/** Elements of one unit of work, so that taking a unit costs little beside it. */
const UNIT_ELEMENTS = 8192;

const OPERATORS = {
  add: MAP_ADD,
  sub: MAP_SUB,
  mul: MAP_MUL,
  div: MAP_DIV,
  min: MAP_MIN,
  max: MAP_MAX,
  pow: MAP_POW,
} as const;

/** One dimension of a map: its size, and each side's stride in bytes. */
interface Dimension {
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly output: number;
}

/** Copies, activations and binary operators are one kind of record. */
export function mapRecord(step: BinaryStep | CopyStep): StepRecord {
  if (step.kind === "binary") return encode({ ...step, operator: OPERATORS[step.operator] });
  const operator = step.activation.kind === "none" ? MAP_MOVE : MAP_COPY;
  return encode({ ...step, operator, left: step.input });
}

interface MapStep extends Pick<BinaryStep, "left" | "output" | "shape" | "activation"> {
  readonly operator: number;
  readonly right?: StridedView;
}

function encode({ operator, left, right = left, output, shape, activation }: MapStep): StepRecord {
  const dimensions = arrange(
    shape.map((size, axis) => ({
      size,
      left: left.strides[axis] ?? 0,
      right: right.strides[axis] ?? 0,
      output: output.strides[axis] ?? 0,
    })),
  );
  const count = dimensions.at(-1)?.size ?? 1;
  const rows = dimensions.slice(0, -1).reduce((product, { size }) => product * size, 1);
  const unitRows = Math.max(1, Math.floor(UNIT_ELEMENTS / Math.max(count, 1)));
  const record = createRecord(OPERATION_MAP, MAP_BYTES, count === 0 ? 0 : Math.ceil(rows / unitRows));
  record.int(MAP_OPERATOR, operator);
  record.int(MAP_LEFT, left.address);
  record.int(MAP_RIGHT, right.address);
  record.int(MAP_OUTPUT, output.address);
  record.int(MAP_UNIT_ROWS, unitRows);
  record.int(MAP_ROWS, rows);
  const fields = { size: MAP_SHAPE, left: MAP_LEFT_STRIDES, right: MAP_RIGHT_STRIDES, output: MAP_OUTPUT_STRIDES };
  for (const [key, field] of Object.entries(fields) as [keyof Dimension, number][]) {
    record.ints(field, [
      ...new Array<number>(RANK - dimensions.length).fill(key === "size" ? 1 : 0),
      ...dimensions.map((dimension) => dimension[key]),
    ]);
  }
  writeActivation(record, activation);
  return record;
}

/**
 * The same elements in an order that runs fast: dimensions that are behind one another on every side become one, and
 * the innermost is one along which vectors can be used, or else the longest. A map's elements do not depend on one
 * another, so any order is right.
 */
function arrange(dimensions: readonly Dimension[]): Dimension[] {
  const sorted = dimensions.filter(({ size }) => size !== 1).sort((a, b) => b.output - a.output);
  const merged: Dimension[] = [];
  for (const inner of sorted) {
    const outer = merged.at(-1);
    const behind = (["left", "right", "output"] as const).every((side) => outer?.[side] === inner[side] * inner.size);
    if (outer !== undefined && behind) merged[merged.length - 1] = { ...inner, size: outer.size * inner.size };
    else merged.push(inner);
  }
  const speed = (dimension: Dimension): number => (canVector(dimension) ? 4 : 1) * dimension.size;
  let innermost = merged.length - 1;
  for (const [index, dimension] of merged.entries()) {
    if (speed(dimension) > speed(merged[innermost] as Dimension)) innermost = index;
  }
  return [...merged.filter((_, index) => index !== innermost), ...merged.slice(innermost, innermost + 1)];
}

function canVector({ size, left, right, output }: Dimension): boolean {
  return size >= 4 && output === 4 && [0, 4].includes(left) && [0, 4].includes(right);
}
