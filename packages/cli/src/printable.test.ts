import { expect, test } from "vitest";
import { printable, printableJson, printableLine } from "./printable.ts";

const ESC = "\u001b";

test("a label that shows as another one does not", () => {
  const label = "cat\u202egod\u2066x\u2028y";
  expect(printableLine(label)).toBe("cat\ufffdgod\ufffdx\ufffdy");
  expect(printableJson({ label })).toContain(String.raw`cat\u202egod\u2066x\u2028y`);
  expect(JSON.parse(printableJson({ label }))).toEqual({ label });
});

test.each([
  ["a window title", `${ESC}]0;gone\u0007`],
  ["a cleared screen", `${ESC}[2J`],
  ["a carriage return", "good\rbad"],
  ["a backspace", "ab\b\b"],
  ["the C1 form of the same", "\u009b2J"],
  ["a tab", "a\tb"],
])("%s does not reach the terminal", (_, text) => {
  for (const color of [true, false]) expect(printable(text, { color })).not.toMatch(/[^\P{Cc}\n]/u);
});

test("our own colors pass where there are colors, and nowhere else", () => {
  const text = `${ESC}[1mbold${ESC}[22m ${ESC}[32mgreen${ESC}[39m ${ESC}[0m\nü 漢字`;
  expect(printable(text, { color: true })).toBe(text);
  expect(printable(text, { color: false })).not.toContain(ESC);
  expect(printable(`${ESC}[8mhidden`, { color: true })).not.toContain(ESC);
});

test("a line is one", () => expect(printableLine("a\n  b\r\nc")).toBe("a b c"));

test("JSON means the same, with every control character escaped", () => {
  const value = { name: `${ESC}[2J\u009b\u007f\n`, count: 1, list: [1.5, null] };
  const text = printableJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(JSON.parse(printableJson({ large: 2n ** 60n }))).toEqual({ large: "1152921504606846976" });
});
