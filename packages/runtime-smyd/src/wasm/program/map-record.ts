import { UnsupportedError } from "@samoyed/core";
import {
  MAP_BYTES,
  MAP_COPY,
  MAP_LEFT,
  MAP_LEFT_STRIDES,
  MAP_MOVE,
  MAP_OPERATOR,
  MAP_OUTPUT,
  MAP_OUTPUT_STRIDES,
  MAP_RIGHT,
  MAP_RIGHT_STRIDES,
  MAP_ROWS,
  MAP_SHAPE,
  MAP_THIRD,
  MAP_THIRD_STRIDES,
  MAP_UNIT_ROWS,
  OPERATION_MAP,
} from "./fields.ts";
import { createRecord, writeActivation, type StepRecord } from "./record.ts";
import type {
  Activation,
  BinaryOperator,
  BinaryStep,
  CopyStep,
  StridedView,
  UnaryOperator,
  UnaryStep,
} from "../../plan/steps.ts";

const RANK = 6;
/** Elements of one unit of work, so that taking a unit costs little beside it. */
const UNIT_ELEMENTS = 8192;

/** Elements that are worth a loop of their own. */
const MIN_LOOP = 4;

const SIDES = ["left", "right", "third", "output"] as const;

/** One dimension of a map: its size, and each side's stride in bytes. */
interface Dimension {
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly third: number;
  readonly output: number;
}

/** Numbers of functions of elements. */
type FunctionNumbers = Readonly<Partial<Record<BinaryOperator | UnaryOperator, number>>>;

/** A copy, with an activation or without. */
export function copyRecord(step: CopyStep): StepRecord {
  return mapRecord({ ...step, operator: step.activation.kind === "none" ? MAP_MOVE : MAP_COPY, left: step.input });
}

/**
 * A function of one or two elements.
 *
 * @throws UnsupportedError when it is not one of those.
 */
export function functionRecord(step: BinaryStep | UnaryStep, numbers: FunctionNumbers): StepRecord {
  const operator = numbers[step.operator];
  if (operator === undefined) throw new UnsupportedError(`the function ${step.operator} is not one of the kernels'`);
  return mapRecord({ ...step, operator, left: step.kind === "binary" ? step.left : step.input });
}

/** A step of elements, `operator` being its number. */
export interface MapStep extends Pick<BinaryStep, "left" | "output" | "shape"> {
  readonly operator: number;
  readonly right?: StridedView;
  readonly third?: StridedView;
  readonly activation?: Activation;
}

/** Copies, activations and functions of elements are one kind of record. */
export function mapRecord({ operator, left, right = left, third, output, shape, activation }: MapStep): StepRecord {
  const dimensions = arrange(
    shape.map((size, axis) => ({
      size,
      left: left.strides[axis] ?? 0,
      right: right.strides[axis] ?? 0,
      third: third?.strides[axis] ?? 0,
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
  record.int(MAP_THIRD, third?.address ?? 0);
  const fields = {
    size: MAP_SHAPE,
    left: MAP_LEFT_STRIDES,
    right: MAP_RIGHT_STRIDES,
    third: MAP_THIRD_STRIDES,
    output: MAP_OUTPUT_STRIDES,
  };
  for (const [key, field] of Object.entries(fields) as [keyof Dimension, number][]) {
    record.ints(field, [
      ...new Array<number>(RANK - dimensions.length).fill(key === "size" ? 1 : 0),
      ...dimensions.map((dimension) => dimension[key]),
    ]);
  }
  if (activation) writeActivation(record, activation);
  return record;
}

/**
 * The same elements in an order that runs fast: dimensions that are behind one another on every side become one, and
 * the innermost is one along which vectors can be used, or else one with its elements close together. A map's elements do not depend on one
 * another, so any order is right.
 */
function arrange(dimensions: readonly Dimension[]): Dimension[] {
  const sorted = dimensions.filter(({ size }) => size !== 1).sort((a, b) => b.output - a.output);
  const merged: Dimension[] = [];
  for (const inner of sorted) {
    const outer = merged.at(-1);
    const behind = SIDES.every((side) => outer?.[side] === inner[side] * inner.size);
    if (outer !== undefined && behind) merged[merged.length - 1] = { ...inner, size: outer.size * inner.size };
    else merged.push(inner);
  }
  const [first, ...others] = merged;
  if (first === undefined) return merged;
  const innermost = others.reduce((best, dimension) => (isBetterInside(dimension, best) ? dimension : best), first);
  return [...merged.filter((dimension) => dimension !== innermost), innermost];
}

/**
 * Whether one dimension is better inside than another: one with vectors, and of two the longer; without vectors one
 * that is worth a loop, and of two the one whose elements are closer together.
 */
function isBetterInside(one: Dimension, other: Dimension): boolean {
  if (canVector(one) || canVector(other)) {
    return canVector(one) && !(canVector(other) && other.size >= one.size);
  }
  const isLong = one.size >= MIN_LOOP;
  if (isLong !== other.size >= MIN_LOOP) return isLong;
  return isLong ? distance(one) < distance(other) : one.size > other.size;
}

function distance({ left, right, third, output }: Dimension): number {
  return left + right + third + output;
}

function canVector({ size, left, right, third, output }: Dimension): boolean {
  return size >= MIN_LOOP && output === 4 && [left, right, third].every((stride) => stride === 0 || stride === 4);
}
