import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDims, divideDims, floorDivide, multiplyDims, subtractDims, SYMBOLIC_SIZES } from "./dims.ts";
import { NUMERIC_SIZES } from "./numeric-sizes.ts";

/** Evaluates a symbolic size. */
function evaluate(dim: number | string, { H, N }: { readonly H: number; readonly N: number }): number {
  if (typeof dim === "number") return dim;
  // The forms are plain arithmetic of their symbols.
  return new Function("H", "N", "floor", `return ${dim};`)(H, N, Math.floor) as number;
}

describe("floorDivide", () => {
  test("keeps one form, so that branches that shrink the same way agree", () => {
    const conv3 = floorDivide("H", { add: 2 - 3, divide: 2, plus: 1 });
    const conv1 = floorDivide("H", { add: -1, divide: 2, plus: 1 });
    expect([conv3, conv1]).toEqual(["floor((H+1)/2)", "floor((H+1)/2)"]);
    expect(floorDivide(conv3, { add: 2 - 3, divide: 2, plus: 1 })).toBe("floor((H+3)/4)");
    expect(floorDivide("H", { add: 0, divide: 2, plus: 0 })).toBe("floor(H/2)");
    expect(floorDivide("H", { add: 2, divide: 1, plus: -2 })).toBe("H");
    expect(floorDivide("H-1", { add: -2, divide: 1, plus: 0 })).toBe("H-3");
    expect(floorDivide("64*N", { add: 3, divide: 32, plus: 0 })).toBe("2*N");
    expect(floorDivide("2*H+1", { add: 0, divide: 2, plus: 0 })).toBe("H");
  });

  test("any chain of any steps gives the same size as with numbers", () => {
    const step = fc.record({
      op: fc.constantFrom("divide", "multiply", "symbol", "add"),
      add: fc.integer({ min: -9, max: 9 }),
      divide: fc.integer({ min: 1, max: 4 }),
      plus: fc.integer({ min: -3, max: 3 }),
    });
    const size = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), size, size, (steps, H, N) => {
        let symbolic: number | string = "H";
        let numeric = H;
        for (const { op, ...options } of steps) {
          const next: Record<typeof op, readonly [number | string | undefined, number]> = {
            divide: [floorDivide(symbolic, options), Number(floorDivide(numeric, options))],
            multiply: [multiplyDims([symbolic, options.divide]), numeric * options.divide],
            symbol: [multiplyDims(["N", symbolic]), numeric * N],
            add: [addDims([symbolic, symbolic, options.add]), 2 * numeric + options.add],
          };
          const [name, value] = next[op];
          // A size without a name says nothing.
          if (name === undefined || !Number.isSafeInteger(value)) return;
          [symbolic, numeric] = [name, value];
        }
        // Adding 0 makes -0, as a product of doubles may be, the integer that it means.
        expect(evaluate(symbolic, { H, N }) + 0).toBe(numeric + 0);
      }),
      { numRuns: 2000 },
    );
  });
});

test("products have one form", () => {
  expect(multiplyDims([2, 3])).toBe(6);
  expect(multiplyDims(["N", 1, 1])).toBe("N");
  expect(multiplyDims(["N", 2])).toBe("2*N");
  expect(multiplyDims(["W", "N", 2, "H", 3])).toBe("6*H*N*W");
  expect(multiplyDims(["2*N", "H+1"])).toBe("2*(H+1)*N");
  expect(multiplyDims(["2*H+2", 3])).toBe("6*H+6");
  expect(multiplyDims(["floor((H+1)/2)", "floor(W/2)", 4])).toBe("4*floor((H+1)/2)*floor(W/2)");
  expect(multiplyDims(["N", 0])).toBe(0);
});

test("a product divided by its factors is what is left", () => {
  expect(divideDims(["64*N", 49, 96], [8, 8, 49, 96])).toBe("N");
  expect(divideDims(["N", 8, 7, 8, 7, 96], [7, 7, 96])).toBe("64*N");
  expect(divideDims(["N", "floor(H/2)", "2*W"], ["W", "N"])).toBe("2*floor(H/2)");
  expect(divideDims(["2*H+2", "N"], ["H+1"])).toBe("2*N");
  expect(divideDims(["N", 3], [2])).toBe("floor(3*N/2)");
  expect(divideDims(["N", "W"], ["W", "N"])).toBe(1);
  expect(divideDims(["N"], ["H"])).toBeUndefined();
  expect(divideDims(["N"], [0])).toBeUndefined();
});

test("sums of the same symbols have a name", () => {
  expect(addDims([1, "N", 2])).toBe("N+3");
  expect(addDims(["N", "N", 1])).toBe("2*N+1");
  expect(addDims(["floor(H/2)", 1])).toBe("floor((H+2)/2)");
  expect(addDims(["floor(H/2)", "floor(H/2)"])).toBe("2*floor(H/2)");
  expect(addDims(["N", "H"])).toBeUndefined();
  expect(subtractDims("3*N+1", "N")).toBe("2*N+1");
  expect(subtractDims("N+3", "N")).toBe(3);
  expect(subtractDims(1, "N")).toBeUndefined();
});

test("names stay as they are, and of a bounded length", () => {
  for (const name of ["b*a", "a**b", "*", "batch-size", "floor(x", "(a)*(b)", "x+"]) {
    expect(multiplyDims([1, name])).toBe(name);
    expect(floorDivide(name, { add: 0, divide: 1, plus: 0 })).toBe(name);
    expect(typeof multiplyDims([name, 2])).toBe("string");
  }
  let square: number | string | undefined = "N";
  for (let level = 0; level < 30 && square !== undefined; level++) square = multiplyDims([square, square]);
  expect(square).toBeUndefined();
});

test("of numbers, both kinds of arithmetic give the same; only one takes symbols", () => {
  const size = fc.integer({ min: -5, max: 40 });
  const large = fc.oneof(size, fc.integer({ min: 2 ** 52, max: Number.MAX_SAFE_INTEGER }));
  fc.assert(
    fc.property(
      fc.array(size),
      fc.array(size),
      large,
      large,
      fc.integer({ min: 1, max: 9 }),
      (some, others, a, b, by) => {
        const results = [NUMERIC_SIZES, SYMBOLIC_SIZES].map(
          ({ floorDivide: floor, multiply, divide, add, subtract, isCertain }) =>
            [
              floor(a, { add: -2, divide: by, plus: 1 }),
              multiply(some),
              divide(some, others),
              add([a, b, ...some]),
              subtract(a, b),
              isCertain(some[0] ?? b),
            ].map((value) => (value === 0 ? 0 : value)),
        );
        expect(results[0]).toEqual(results[1]);
      },
    ),
  );
  expect(() => NUMERIC_SIZES.add([1, "N"])).toThrow(TypeError);
});
