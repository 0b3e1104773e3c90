import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { shapeOption } from "./shape-option.ts";

test("nothing given, nothing fixed", () => expect(shapeOption({}).size).toBe(0));

test("names, places and repeated options", () => {
  const shape = shapeOption({ shape: ["batch=1, height=640", "input:2=32", "a=b=4"] });
  expect([...shape]).toEqual([
    ["batch", 1],
    ["height", 640],
    ["input:2", 32],
    ["a=b", 4],
  ]);
});

test.each([
  "batch",
  "batch=",
  "=1",
  "batch=0",
  "batch=-1",
  "batch=1.5",
  "batch=1e3",
  "batch=x",
  "batch=9007199254740993",
])("%j is wrong usage", (given) => expect(() => shapeOption({ shape: [given] })).toThrow(UsageError));

test("a name that comes twice is wrong usage", () => {
  expect(() => shapeOption({ shape: ["n=1", "n=1"] })).toThrow(/n twice/);
});
