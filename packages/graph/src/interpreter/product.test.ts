import fc from "fast-check";
import { expect, test } from "vitest";
import { addProduct, transposed } from "./product.ts";

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 7 }),
  depth: fc.integer({ min: 0, max: 6 }),
});
const values = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, index) => Math.sin(seed + index));

test("tiles and what is left over give the sums in the order of their terms, added to what is there", () => {
  fc.assert(
    fc.property(sizes, fc.nat(100), ({ rows, columns, depth }, seed) => {
      const [a, b] = [values(rows * depth, seed), values(columns * depth, seed + 1)];
      const step = columns + 2;
      const out = values(rows * step + 1, seed + 2);
      const expected = out.slice();
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const place = 1 + row * step + column;
          for (let k = 0; k < depth; k++)
            expected[place] = expected[place]! + a[row * depth + k]! * b[column * depth + k]!;
        }
      }
      addProduct({ a, b, rows, columns, depth }, { out, first: 1, step });
      expect(out).toEqual(expected);
    }),
  );
});

test("a transposition exchanges rows and columns, from any place", () => {
  expect(transposed([9, 1, 2, 3, 4, 5, 6], { rows: 2, columns: 3, first: 1 })).toEqual(
    Float64Array.of(1, 4, 2, 5, 3, 6),
  );
});
