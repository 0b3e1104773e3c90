import fc from "fast-check";
import { expect, test } from "vitest";
import { isNonnegative, nonnegativeDividends } from "./nonnegative-dividends.ts";
import { parseSize } from "./parse-size.ts";
import { type Size, sizeText } from "./size.ts";

const parse = (text: string): Size => parseSize(text, "size");

/** The value of a size whose only symbol is `s`. */
function evaluate(size: Size, s: number): number {
  if (typeof size === "number") return size;
  if (size.op === "symbol") return s;
  const [a, b] = size.args.map((arg) => evaluate(arg, s)) as [number, number];
  if (size.op === "floordiv") return Math.floor(a / b);
  return size.op === "add" ? size.args.reduce<number>((sum, arg) => sum + evaluate(arg, s), 0) : a * b;
}

test.each([
  ["1 + (s - 1)//4", "floordiv(3+s, 4)"],
  ["((s - 1)//2)//2", "-1+floordiv(1+floordiv(1+s, 2), 2)"],
  ["(s + 3)//4", "floordiv(3+s, 4)"],
  ["(s - 9)//4", "-3+floordiv(3+s, 4)"],
  ["(s - 1)//t", "floordiv(-1+s, t)"],
  ["s", "s"],
])("%s", (text, expected) => {
  expect(sizeText(nonnegativeDividends(parse(text)))).toBe(expected);
});

test("the size is the same for every size of the input", () => {
  fc.assert(
    fc.property(fc.nat(600), fc.integer({ min: -40, max: 40 }), fc.integer({ min: 1, max: 9 }), (s, add, by) => {
      const size = parse(`2*((s + ${add})//${by} - 3)//2`.replace("+ -", "- "));
      const equal = nonnegativeDividends(size);
      expect(evaluate(equal, s)).toBe(evaluate(size, s));
    }),
  );
});

test("what is certainly not negative", () => {
  expect(isNonnegative(parse("(s + 3)//4*t"))).toBe(true);
  expect(isNonnegative(parse("s - 1"))).toBe(false);
  expect(isNonnegative(nonnegativeDividends(parse("1 + (s - 1)//4")))).toBe(true);
});
