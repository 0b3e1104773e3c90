import { expect, test } from "vitest";
import { columns, formatBytes } from "./columns.ts";

test("columns align, and the last one is not padded", () => {
  expect(
    columns([
      ["a", "bbb", "c"],
      ["aaa", "b", "cc"],
    ]),
  ).toBe("a    bbb  c\naaa  b    cc");
});

test("the last column is wrapped at words, and a word stays whole", () => {
  const rows = [["note", `one two three four five six seven ${"/long".repeat(10)} end`]];
  expect(columns(rows, { width: 40 }).split("\n")).toEqual([
    "note  one two three four five six seven",
    `      ${"/long".repeat(10)}`,
    "      end",
  ]);
  expect(columns(rows, { width: 30 })).not.toContain("\n");
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1500, "1.5 kB"],
  [775_000_000, "775 MB"],
  [2_500_000_000, "2.5 GB"],
])("%d bytes read as %s", (bytes, expected) => expect(formatBytes(bytes)).toBe(expected));
