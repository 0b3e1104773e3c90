/** The places before and after a point of a line, and their shares. */
interface Between {
  readonly left: number;
  readonly right: number;
  readonly leftShare: number;
  readonly rightShare: number;
}

/** Bounds and precision of the search for a ratio (timm 1.0.29, `layers/pos_embed_rel.py`, `_calc`). */
const [LEAST, LARGEST, PRECISION] = [1.01, 1.5, 1e-6];

/**
 * The points at which a table of `from` relative positions is taken to be known on a line of `to`: distances grow with the
 * distance from the middle by a ratio with which they reach as far as the line.
 */
function points(from: number, to: number): readonly number[] {
  const [half, reach] = [Math.floor(from / 2), Math.floor(to / 2)];
  let [left, right, ratio] = [LEAST, LARGEST, LEAST];
  while (right - left > PRECISION) {
    ratio = (left + right) / 2;
    if ((1 - ratio ** half) / (1 - ratio) > reach) right = ratio;
    else left = ratio;
  }
  const distances: number[] = [];
  let distance = 1;
  for (let index = 0; index < half; index++) {
    distances.push(distance);
    distance += ratio ** (index + 1);
  }
  return [...distances.toReversed().map((value) => -value), 0, ...distances];
}

function between(known: readonly number[], point: number): Between {
  const found = known.findIndex((value) => value >= point);
  const right = found === -1 ? known.length - 1 : found;
  const left = Math.max(0, right - 1);
  const [before, after] = [Math.max(0, point - known[left]!), Math.max(0, known[right]! - point)];
  const whole = before + after;
  return whole === 0
    ? { left, right, leftShare: 0.5, rightShare: 0.5 }
    : { left, right, leftShare: after / whole, rightShare: before / whole };
}

/**
 * Resamples a square table of relative positions, as timm's `resize_rel_pos_bias_table` does without SciPy: linearly, on a
 * grid whose steps grow from the middle. Sides are odd.
 *
 * @param at - The value at a row and a column.
 * @returns the values, row by row.
 */
export function resampleUneven(from: number, to: number, at: (row: number, column: number) => number): Float64Array {
  const known = points(from, to);
  const line = Array.from({ length: to }, (_, index) => between(known, index - Math.floor(to / 2)));
  const values = new Float64Array(to * to);
  for (const [row, y] of line.entries()) {
    for (const [column, x] of line.entries()) {
      values[row * to + column] =
        y.leftShare * (x.leftShare * at(y.left, x.left) + x.rightShare * at(y.left, x.right)) +
        y.rightShare * (x.leftShare * at(y.right, x.left) + x.rightShare * at(y.right, x.right));
    }
  }
  return values;
}
