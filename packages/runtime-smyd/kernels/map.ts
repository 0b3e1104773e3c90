/**
 * A unit of a map over rank 6: `activation(left ∘ right)`, each side with strides of its own. Copies between layouts
 * are maps whose operator keeps the left side.
 */
import { activate } from "./activation";
import { apply } from "./functions";
import { storeLanes } from "./lanes";
import {
  MAP_ADD,
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
  MAP_RIGHT,
  MAP_RIGHT_STRIDES,
  MAP_ROWS,
  MAP_SELECT,
  MAP_SHAPE,
  MAP_SUB,
  MAP_THIRD,
  MAP_THIRD_STRIDES,
  MAP_UNIT_ROWS,
} from "../src/wasm/program/fields";

export function mapUnit(step: usize, unit: i32): void {
  const unitRows = load<i32>(step, MAP_UNIT_ROWS);
  let row = unit * unitRows;
  const end = min(row + unitRows, load<i32>(step, MAP_ROWS));
  const size = load<i32>(step, MAP_SHAPE + 16);
  while (row < end) {
    // Rows of the axis before the last are one stride behind another.
    let third = load<usize>(step, MAP_THIRD);
    if (third) third += rowOffset(step, MAP_THIRD_STRIDES, row);
    let left = load<usize>(step, MAP_LEFT) + rowOffset(step, MAP_LEFT_STRIDES, row);
    let right = load<usize>(step, MAP_RIGHT) + rowOffset(step, MAP_RIGHT_STRIDES, row);
    let output = load<usize>(step, MAP_OUTPUT) + rowOffset(step, MAP_OUTPUT_STRIDES, row);
    for (const last = min(end, row - (row % size) + size); row < last; row++) {
      mapRow(step, third, left, right, output);
      third += load<i32>(step, MAP_THIRD_STRIDES + 16);
      left += load<i32>(step, MAP_LEFT_STRIDES + 16);
      right += load<i32>(step, MAP_RIGHT_STRIDES + 16);
      output += load<i32>(step, MAP_OUTPUT_STRIDES + 16);
    }
  }
}

/** Bytes from a value's first element to a row's: the row's number, taken apart over the five outer dimensions. */
function rowOffset(step: usize, strides: usize, row: i32): usize {
  let offset = 0;
  for (let axis = 4; axis >= 0; axis--) {
    const size = load<i32>(step + 4 * axis, MAP_SHAPE);
    const rest = row / size;
    offset += (row - rest * size) * load<i32>(step + strides + 4 * axis);
    row = rest;
  }
  return offset;
}

/** One row: four elements at a time where all sides allow it, else one by one. */
function mapRow(step: usize, third: usize, left: usize, right: usize, output: usize): void {
  const count = load<i32>(step, MAP_SHAPE + 20);
  const leftStride = load<i32>(step, MAP_LEFT_STRIDES + 20);
  const rightStride = load<i32>(step, MAP_RIGHT_STRIDES + 20);
  const outputStride = load<i32>(step, MAP_OUTPUT_STRIDES + 20);
  const operator = load<i32>(step, MAP_OPERATOR);
  const thirdStride = load<i32>(step, MAP_THIRD_STRIDES + 20);
  const together = outputStride == 4 && ((leftStride | rightStride | thirdStride) & ~4) == 0;
  if (!together && operator == MAP_MOVE) return copyRow(left, leftStride, output, outputStride, count);
  const lanes = together ? 4 : 1;
  for (let index = 0; index < count; index += lanes) {
    const l = leftStride == 4 && together ? v128.load(left) : v128.load_splat<f32>(left);
    const r = rightStride == 4 && together ? v128.load(right) : v128.load_splat<f32>(right);
    let value: v128;
    if (KERNEL_SET == 3 && operator == MAP_SELECT) {
      const condition = thirdStride == 4 && together ? v128.load(third) : v128.load_splat<i32>(third);
      value = v128.bitselect(r, l, v128.eq<i32>(condition, i32x4.splat(0)));
      third += lanes * thirdStride;
    } else value = activate(step, combine(operator, l, r));
    storeLanes(output, value, min(lanes, count - index));
    left += lanes * leftStride;
    right += lanes * rightStride;
    output += lanes * outputStride;
  }
}

/** Copies 32-bit elements of any type. */
function copyRow(from: usize, fromStride: i32, to: usize, toStride: i32, count: i32): void {
  for (let index = 0; index < count; index++) {
    store<u32>(to, load<u32>(from));
    from += fromStride;
    to += toStride;
  }
}

function combine(operator: i32, left: v128, right: v128): v128 {
  switch (operator) {
    case MAP_MOVE:
    case MAP_COPY:
      return left;
    case MAP_ADD:
      return v128.add<f32>(left, right);
    case MAP_SUB:
      return v128.sub<f32>(left, right);
    case MAP_MUL:
      return v128.mul<f32>(left, right);
    case MAP_DIV:
      return v128.div<f32>(left, right);
    case MAP_MIN:
      return v128.min<f32>(left, right);
    case MAP_MAX:
      return v128.max<f32>(left, right);
    default:
      if (KERNEL_SET == 3) return apply(operator, left, right);
      return unreachable();
  }
}
