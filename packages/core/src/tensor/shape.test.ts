import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesPerElement, DTYPES, isDType } from "./dtype.ts";
import { AbortedError, FormatError, SamoyedError, ShapeError, throwIfAborted } from "../errors.ts";
import { contiguousStrides, elementCount, formatShape, sameShape } from "./shape.ts";

test("the number of elements, and invalid shapes", () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([2, 0, 5])).toBe(0);
  expect(elementCount([3, 224, 224])).toBe(150_528);
  for (const shape of [[-1], [1.5], [NaN], [Infinity], [2 ** 53], [2 ** 30, 2 ** 30], [2 ** 30, 2 ** 30, 0.5]]) {
    expect(() => elementCount(shape)).toThrow(ShapeError);
  }
});

test("strides reach every element once, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (shape) => {
      const strides = contiguousStrides(shape);
      const offsets = Array.from({ length: elementCount(shape) }, (_, element) => {
        let rest = element;
        return strides.reduce((offset, stride) => {
          const index = Math.floor(rest / stride);
          rest %= stride;
          return offset + index * stride;
        }, 0);
      });
      expect(offsets).toEqual(offsets.map((_, i) => i));
    }),
  );
});

test("shapes are compared and formatted axis by axis", () => {
  expect(sameShape([1, 2], [1, 2])).toBe(true);
  expect(sameShape([1, 2], [2, 1])).toBe(false);
  expect(sameShape([1], [1, 1])).toBe(false);
  expect(formatShape(["N", 3, 224])).toBe("[N, 3, 224]");
});

test("dtypes are known by name; names that objects inherit are not dtypes", () => {
  expect(DTYPES.every((dtype) => isDType(dtype) && bytesPerElement(dtype) > 0)).toBe(true);
  expect(isDType("constructor")).toBe(false);
  expect(isDType("__proto__")).toBe(false);
});

test("errors carry their code, hint, details and cause", () => {
  const cause = new Error("inner");
  const error = new FormatError("outer", { hint: "do this", details: { offset: 7 }, cause });
  expect(error).toMatchObject({ name: "FormatError", code: "format", hint: "do this", details: { offset: 7 }, cause });
  expect(error).toBeInstanceOf(SamoyedError);
  expect(new FormatError("bare")).toMatchObject({ hint: undefined, details: {} });
  expect(Object.hasOwn(new FormatError("bare"), "cause")).toBe(false);
  expect(() => throwIfAborted(undefined)).not.toThrow();
  expect(() => throwIfAborted(AbortSignal.abort("because"))).toThrow(AbortedError);
});
