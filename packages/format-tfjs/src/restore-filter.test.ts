import { MismatchError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type FilterPart, restoreFilter } from "./restore-filter.ts";

interface Filter {
  readonly shape: readonly [number, number, number, number];
  readonly groups: number;
  /** How many groups go into one part. */
  readonly merge: number;
}

/** The parts of a filter, one element at a time: [h, w, I, O], the groups of a part on the diagonal. */
function split(values: Float32Array, { shape, groups, merge }: Filter): FilterPart[] {
  const [outputs, inputs, height, width] = shape;
  const [rows, columns] = [inputs * merge, (outputs / groups) * merge];
  return Array.from({ length: groups / merge }, (_, part) => {
    const of = new Float32Array(height * width * rows * columns);
    for (let output = 0; output < columns; output++) {
      const group = Math.floor(output / (outputs / groups));
      for (let input = 0; input < inputs; input++) {
        for (let tap = 0; tap < height * width; tap++) {
          const from = ((part * columns + output) * inputs + input) * height * width + tap;
          of[(tap * rows + group * inputs + input) * columns + output] = values[from]!;
        }
      }
    }
    return { shape: [height, width, rows, columns], values: of };
  });
}

const filters = fc
  .record({
    perGroup: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 3 }),
    width: fc.integer({ min: 1, max: 3 }),
    merge: fc.integer({ min: 1, max: 3 }),
    parts: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ perGroup, inputs, height, width, merge, parts }): Filter => {
    const groups = merge * parts;
    return { shape: [perGroup * groups, inputs, height, width], groups, merge };
  });
const counted = ({ shape }: Filter): Float32Array =>
  new Float32Array(shape.reduce((count, size) => count * size, 1)).map((_, index) => index + 1);

test("every filter comes back from its parts, however its groups were merged", () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const values = counted(filter);
      expect(restoreFilter(split(values, filter), { name: "w", shape: filter.shape })).toEqual(values);
    }),
  );
});

test("a value between two groups is found", () => {
  const filter: Filter = { shape: [4, 2, 1, 1], groups: 2, merge: 2 };
  const [part] = split(counted(filter), filter);
  const zero = part!.values.indexOf(0);
  part!.values[zero] = 1e-30;
  expect(() => restoreFilter([part!], { name: "conv.weight", shape: filter.shape })).toThrow(
    /the weight conv\.weight holds 1\.\d+e-30 between two groups/,
  );
});

test.each<[string, FilterPart["shape"][], readonly number[]]>([
  ["no part", [], [4, 2, 1, 1]],
  ["parts of two sizes", [[1, 1, 2, 2], [1, 1, 2, 1]], [4, 2, 1, 1]], // prettier-ignore
  ["another window", [[3, 1, 2, 4]], [4, 2, 1, 3]],
  ["inputs that are no multiple", [[1, 1, 3, 4]], [4, 2, 1, 1]],
  ["outputs that do not divide", [[1, 1, 6, 4]], [4, 2, 1, 1]],
  ["a vector's shape", [[1, 1, 2, 4]], [4]],
])("%s: a mismatch", (_, shapes, shape) => {
  const parts = shapes.map((of) => ({ shape: of, values: new Float32Array(of.reduce((a, b) => a * b, 1)) }));
  expect(() => restoreFilter(parts, { name: "w", shape })).toThrow(MismatchError);
});
