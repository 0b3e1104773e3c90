import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { floorDivide, multiplyDims } from "./dims.ts";

/** Evaluates a symbolic size. */
function evaluate(dim: number | string, H: number): number {
  if (typeof dim === "number") return dim;
  // The forms are plain arithmetic of one symbol.
  return new Function("H", "floor", `return ${dim};`)(H, Math.floor) as number;
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
  });

  test("any chain gives the same size as with numbers", () => {
    const step = fc.record({
      add: fc.integer({ min: -9, max: 9 }),
      divide: fc.integer({ min: 1, max: 4 }),
      plus: fc.integer({ min: -3, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), fc.integer({ min: 0, max: 1000 }), (steps, H) => {
        const symbolic = steps.reduce<number | string>((dim, step) => floorDivide(dim, step), "H");
        const numeric = steps.reduce<number | string>((dim, step) => floorDivide(dim, step), H);
        expect(evaluate(symbolic, H)).toBe(numeric);
      }),
    );
  });
});

test("multiplyDims names a product only if it is a single symbol", () => {
  expect(multiplyDims([2, 3])).toBe(6);
  expect(multiplyDims(["N", 1, 1])).toBe("N");
  expect(multiplyDims(["N", 2])).toBeUndefined();
  expect(multiplyDims(["N", "N"])).toBeUndefined();
});
