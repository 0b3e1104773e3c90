import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { valueOption } from "./value-option.ts";

test("numbers of any kind, by name", () => {
  expect([...valueOption({ value: ["sr=16000,low=-0.5", "tiny=1e-6"] })]).toEqual([
    ["sr", 16000],
    ["low", -0.5],
    ["tiny", 1e-6],
  ]);
});

test.each(["sr", "sr=", "=1", "sr=x", "sr=1e999", "sr=NaN", "sr=0x10"])("%j is wrong usage", (given) =>
  expect(() => valueOption({ value: [given] })).toThrow(UsageError),
);

test("a name that comes twice is wrong usage", () => {
  expect(() => valueOption({ value: ["sr=1", "sr=1"] })).toThrow(/sr twice/);
});
