import fc from "fast-check";
import { processorTime } from "@samoyed/test-support/processor-time";
import { describe, expect, it } from "vitest";
import { matchesGlob } from "./glob.ts";

describe("matchesGlob", () => {
  it.each([
    ["*", "", true],
    ["a*c", "abbc", true],
    ["a*c", "abbd", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["*_32x?d", "resnext50_32x4d", true],
    ["*_32x?d", "resnext101_32x16d", false],
    ["a.c", "abc", false],
    ["", "a", false],
  ])("%s against %s: %s", (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it("agrees with the equivalent regular expression", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 });
    const words = fc.array(fc.constantFrom("a", "b"), { maxLength: 10 });
    fc.assert(
      fc.property(letters, words, (pattern, word) => {
        const expression = new RegExp(`^${pattern.join("").replaceAll("?", ".").replaceAll("*", ".*")}$`);
        expect(matchesGlob(pattern.join(""), word.join(""))).toBe(expression.test(word.join("")));
      }),
    );
  });

  it("does not take exponential time", () => {
    const used = processorTime();
    expect(matchesGlob(`${"*a".repeat(200)}b`, "a".repeat(5000))).toBe(false);
    expect(used()).toBeLessThan(1000);
  });
});
