/** Elements by indices that are computed at run time. */
import {
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
} from "../src/wasm/program/fields";

/** Some rows of the output: `inner` elements that are of one index, or of an index each. */
export function takeUnit(step: usize, unit: i32): void {
  const unitRows = load<i32>(step, TAKE_UNIT_ROWS);
  const end = min((unit + 1) * unitRows, load<i32>(step, TAKE_ROWS));
  const count = load<i32>(step, TAKE_COUNT);
  const inner = load<i32>(step, TAKE_INNER);
  const size = load<i32>(step, TAKE_SIZE);
  const stride = load<i32>(step, TAKE_INDEX_STRIDES + 8);
  const run = stride == 0 ? inner : 1;
  for (let row = unit * unitRows; row < end; row++) {
    const outer = row / count;
    let index = load<usize>(step, TAKE_INDICES);
    index += outer * load<i32>(step, TAKE_INDEX_STRIDES) + (row - outer * count) * load<i32>(step, TAKE_INDEX_STRIDES + 4);
    const from = load<usize>(step, TAKE_INPUT) + 4 * outer * size * inner;
    const to = load<usize>(step, TAKE_OUTPUT) + 4 * row * inner;
    for (let element = 0; element < inner; element += run, index += stride) {
      let place = load<i32>(index);
      if (place < 0) place += size;
      // Nothing outside of the value is read.
      const inside = <u32>place < <u32>size;
      const source = from + 4 * (place * inner + element);
      for (let at: usize = 0; at < <usize>(4 * run); at += 4) {
        store<i32>(to + 4 * element + at, inside ? load<i32>(source + at) : load<i32>(step, TAKE_MISSING));
      }
    }
  }
}
