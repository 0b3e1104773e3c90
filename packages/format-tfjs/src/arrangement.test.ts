import { elementCount } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arrangeDepthwise, arrangeFilter, type Arrangement, arrangePermuted } from "./arrangement.ts";

function numbered(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => index + 1);
}

function collect(arrangement: Arrangement, source: Float32Array): number[] {
  const values: number[] = [];
  for (const piece of arrangement.pieces(source)) {
    for (const value of piece) values.push(value);
  }
  expect(values.length).toBe(elementCount(arrangement.shape));
  return values;
}

const size = fc.integer({ min: 1, max: 5 });
const wide = fc.integer({ min: 1, max: 40 });

test("a filter's groups stand on the diagonal, with zeros between", () => {
  fc.assert(
    fc.property(size, size, wide, wide, size, size, (merged, others, inputs, outputs, height, width) => {
      const groups = merged * others;
      const shape = [groups * outputs, inputs, height, width] as const;
      const source = numbered(elementCount(shape));
      for (let first = 0; first < groups; first += merged) {
        const arrangement = arrangeFilter({ shape, groups, first, count: merged });
        expect(arrangement.shape).toEqual([height, width, inputs * merged, outputs * merged]);
        const found = collect(arrangement, source);
        let at = 0;
        for (let tap = 0; tap < height * width; tap++) {
          for (let i = 0; i < inputs * merged; i++) {
            for (let o = 0; o < outputs * merged; o++) {
              const group = Math.floor(i / inputs);
              const filter = first * outputs + o;
              const wanted =
                group === Math.floor(o / outputs)
                  ? source[(filter * inputs + (i % inputs)) * height * width + tap]!
                  : 0;
              if (found[at++] !== wanted) expect.unreachable(`tap ${tap}, input ${i}, output ${o}`);
            }
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("a filter of several mebibytes comes in pieces of one at most", () => {
  const shape = [600, 700, 1, 1] as const;
  const source = numbered(elementCount(shape));
  const arrangement = arrangeFilter({ shape, groups: 1, first: 0, count: 1 });
  const lengths: number[] = [];
  for (const piece of arrangement.pieces(source)) lengths.push(piece.byteLength);
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1 << 20);
  const found = collect(arrangement, source);
  expect(found[1]).toBe(701);
  expect(found[600]).toBe(2);
  expect(found.at(-1)).toBe(source.length);
});

test("a depthwise filter has its multiplier last", () => {
  const arrangement = arrangeDepthwise([6, 1, 1, 2], 3);
  expect(arrangement.shape).toEqual([1, 2, 3, 2]);
  expect(collect(arrangement, numbered(12))).toEqual([1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12]);
});

test("a transposition moves every element to its place", () => {
  fc.assert(
    fc.property(fc.tuple(size, size, size, size), fc.constantFrom([0, 2, 3, 1], [3, 1, 0, 2]), (shape, perm) => {
      const source = numbered(elementCount(shape));
      const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
      const target = perm.map((axis) => shape[axis]!);
      const wanted = Array.from(source, (_, index) => {
        let rest = index;
        let place = 0;
        for (let axis = 3; axis >= 0; axis--) {
          place += (rest % target[axis]!) * strides[perm[axis]!]!;
          rest = Math.floor(rest / target[axis]!);
        }
        return source[place]!;
      });
      expect(collect(arrangePermuted(shape, perm), source)).toEqual(wanted);
    }),
  );
});
