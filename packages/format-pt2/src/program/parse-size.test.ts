import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { parseSize } from "./parse-size.ts";
import { sizeText } from "./size.ts";

const text = (source: string): string => sizeText(parseSize(source, "a size"));

describe("sizes", () => {
  test.each([
    ["Integer(3)", "3"],
    ["Symbol('s77', positive=True, integer=True)", "s77"],
    ["Mul(Integer(4), Symbol('s3', positive=True, integer=True))", "4*s3"],
    ["Add(Integer(-1), Mul(Integer(4), Symbol('s3')))", "-1+4*s3"],
    ["FloorDiv(Add(Symbol('s3'), Integer(1)), Integer(2))", "floordiv(1+s3, 2)"],
    ["Pow(Symbol('s3'), Integer(2))", "pow(s3, 2)"],
    ["Max(Integer(1), Symbol('u0'))", "max(1, u0)"],
    ["4*s3 - 1", "-1+4*s3"],
    ["((s0 + 1)//2)", "floordiv(1+s0, 2)"],
    ["s1*s0*2", "2*s0*s1"],
    ["2*3 - 6", "0"],
    ["s0**2", "pow(s0, 2)"],
  ])("%s is %s", (source, expected) => {
    expect(text(source)).toBe(expected);
  });

  test("both of PyTorch's forms of a size read alike", () => {
    expect(text("4*s3 - 1")).toBe(text("Add(Mul(Integer(4), Symbol('s3')), Integer(-1))"));
  });

  test.each([
    ["", FormatError],
    ["4*", FormatError],
    ["Symbol(s3)", FormatError],
    ["Integer(Symbol('s'))", FormatError],
    ["__import__('os').system('true')", FormatError],
    ["FloorDiv(Symbol('s'), Integer(0))", FormatError],
    [`${"(".repeat(60)}s${")".repeat(60)}`, FormatError],
    ["1+".repeat(6000), FormatError],
    ["Integer(99999999999999999999)", UnsupportedError],
    ["sin(s0)", UnsupportedError],
    ["Pow(Symbol('s'), Integer(-1))", UnsupportedError],
  ])("%s is refused", (source, kind) => {
    expect(() => text(source)).toThrow(kind);
  });
});
