/** Rows of a value: reductions, the places of the best elements, running sums, norms. Sums are in float64. */
import { layerNormRow } from "./layer-norm";
import { softmaxRow } from "./softmax";
import {
  ROW_ARG_MAX,
  ROW_ARG_MIN,
  ROW_COUNT,
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
  ROW_SOFTMAX,
  ROW_SUM,
  ROW_TOP,
  ROW_TOP_COUNT,
  ROW_UNIT_ROWS,
  VIEW_BLOCK,
  VIEW_ELEMENT,
  VIEW_ROW,
} from "../src/wasm/program/fields";

export function rowsUnit(step: usize, unit: i32): void {
  const unitRows = load<i32>(step, ROW_UNIT_ROWS);
  const end = min((unit + 1) * unitRows, load<i32>(step, ROW_ROWS));
  for (let row = unit * unitRows; row < end; row++) {
    runRow(step, rowAt(step, ROW_INPUT, row), rowAt(step, ROW_OUTPUT, row));
  }
}

/** The address of a row's first element. */
function rowAt(step: usize, view: usize, row: i32): usize {
  const inner = load<i32>(step, ROW_INNER);
  const block = row / inner;
  const first = load<usize>(step + view) + block * load<i32>(step + view, VIEW_BLOCK);
  return first + (row - block * inner) * load<i32>(step + view, VIEW_ROW);
}

function runRow(step: usize, from: usize, to: usize): void {
  const count = load<i32>(step, ROW_COUNT);
  const integers = load<i32>(step, ROW_INTEGERS) != 0;
  const stride = load<i32>(step + ROW_INPUT, VIEW_ELEMENT);
  const operator = load<i32>(step, ROW_OPERATOR);
  switch (operator) {
    case ROW_SOFTMAX:
      return softmaxRow(from, to, count, false);
    case ROW_LOG_SOFTMAX:
      if (KERNEL_SET == 3) return softmaxRow(from, to, count, true);
      unreachable();
    case ROW_LAYER_NORM:
      return layerNormRow(step, from, to, count);
    case ROW_SUM:
    case ROW_MEAN:
    case ROW_MAX:
    case ROW_MIN:
    case ROW_PRODUCT:
      return write(to, reduce(operator, from, stride, count, integers), integers);
    default:
      if (KERNEL_SET == 3) return runRareRow(step, operator, from, to);
      unreachable();
  }
}

/** Operators of few networks. */
function runRareRow(step: usize, operator: i32, from: usize, to: usize): void {
  const count = load<i32>(step, ROW_COUNT);
  const integers = load<i32>(step, ROW_INTEGERS) != 0;
  const stride = load<i32>(step + ROW_INPUT, VIEW_ELEMENT);
  const outputStride = load<i32>(step + ROW_OUTPUT, VIEW_ELEMENT);
  const reverse = load<i32>(step, ROW_REVERSE) != 0;
  switch (operator) {
    case ROW_ARG_MAX:
    case ROW_ARG_MIN:
      return store<i32>(to, best(from, stride, count, integers, operator == ROW_ARG_MIN, reverse));
    case ROW_HARD_MAX: {
      const place = best(from, stride, count, integers, false, reverse);
      for (let index = 0; index < count; index++) write(to + index * outputStride, index == place ? 1 : 0, integers);
      return;
    }
    case ROW_RUNNING_SUM: {
      const exclusive = load<i32>(step, ROW_EXCLUSIVE) != 0;
      let sum: f64 = 0;
      for (let index = 0; index < count; index++) {
        const place = reverse ? count - 1 - index : index;
        const value = read(from + place * stride, integers);
        write(to + place * outputStride, exclusive ? sum : sum + value, integers);
        sum += value;
      }
      return;
    }
    case ROW_TOP:
      return top(step, from, stride, count, integers, reverse, to, outputStride);
  }
}

// @ts-ignore: decorator
@inline
function read(at: usize, integer: bool): f64 {
  return integer ? <f64>load<i32>(at) : <f64>load<f32>(at);
}

// @ts-ignore: decorator
@inline
function write(at: usize, value: f64, integer: bool): void {
  if (integer) store<i32>(at, <i32>value);
  else store<f32>(at, <f32>value);
}

// @ts-ignore: decorator
@inline
function combine(operator: i32, a: v128, b: v128): v128 {
  if (operator <= ROW_MEAN) return v128.add<f64>(a, b);
  if (operator == ROW_MAX) return v128.max<f64>(a, b);
  if (operator == ROW_MIN) return v128.min<f64>(a, b);
  return v128.mul<f64>(a, b);
}

/** Four elements at a time where they are floats behind one another, else one. */
function reduce(operator: i32, from: usize, stride: i32, count: i32, integers: bool): f64 {
  const none = f64x2.splat(
    operator <= ROW_MEAN ? 0 : operator == ROW_PRODUCT ? 1 : operator == ROW_MAX ? -Infinity : Infinity,
  );
  let a = none;
  let b = none;
  let index = 0;
  if (stride == 4 && !integers) {
    for (; index + 4 <= count; index += 4) {
      const value = v128.load(from + 4 * index);
      a = combine(operator, a, f64x2.promote_low_f32x4(value));
      b = combine(operator, b, f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 1)));
    }
  }
  for (; index < count; index++) {
    a = combine(operator, a, v128.replace_lane<f64>(none, 0, read(from + index * stride, integers)));
  }
  a = combine(operator, a, b);
  const total = v128.extract_lane<f64>(combine(operator, a, v128.shuffle<i64>(a, a, 1, 0)), 0);
  return operator == ROW_MEAN ? total / <f64>count : total;
}

/** The place of the largest or smallest element: the first or the last of equal ones. */
function best(from: usize, stride: i32, count: i32, integers: bool, smallest: bool, last: bool): i32 {
  let place = 0;
  let found = read(from, integers);
  for (let index = 1; index < count; index++) {
    const value = read(from + index * stride, integers);
    if ((smallest ? value < found : value > found) || (last && value == found)) {
      place = index;
      found = value;
    }
  }
  return place;
}

/**
 * The best elements, or their places, best first, the first of equal ones first: a pass for each. NaN is never among
 * the best; where nothing else is left, it is the first element again.
 */
function top(
  step: usize,
  from: usize,
  stride: i32,
  count: i32,
  integers: bool,
  smallest: bool,
  to: usize,
  outputStride: i32,
): void {
  const places = load<i32>(step, ROW_PLACES) != 0;
  const sign: f64 = smallest ? -1 : 1;
  let before: f64 = Infinity;
  let place = -1;
  for (let rank = load<i32>(step, ROW_TOP_COUNT); rank > 0; rank--) {
    let found = -1;
    let largest: f64 = -Infinity;
    for (let index = 0; index < count; index++) {
      const value = sign * read(from + index * stride, integers);
      const left = value < before || (value == before && index > place);
      if (left && (value > largest || found < 0)) {
        found = index;
        largest = value;
      }
    }
    before = largest;
    place = found;
    found = max(found, 0);
    if (places) store<i32>(to, found);
    else store<u32>(to, load<u32>(from + found * stride));
    to += outputStride;
  }
}
