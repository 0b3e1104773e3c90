import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { preprocessOverrides } from "./preprocess-options.ts";

test("nothing given, nothing overridden", () => expect(preprocessOverrides({})).toEqual({}));

test("everything given", () => {
  expect(
    preprocessOverrides({
      size: "96,128",
      interpolation: "lanczos",
      "crop-pct": "1",
      "crop-mode": "border",
      mean: "0.5, 0.5,0.5",
      std: "1,1,1",
    }),
  ).toEqual({
    inputSize: [3, 96, 128],
    interpolation: "lanczos",
    cropPct: 1,
    cropMode: "border",
    mean: [0.5, 0.5, 0.5],
    std: [1, 1, 1],
  });
  expect(preprocessOverrides({ size: "224" })).toEqual({ inputSize: [3, 224, 224] });
});

test("as many channels as there are means and deviations, where a network may have others than RGB", () => {
  const grey = { size: "96", mean: "0.5", std: "0.25" };
  expect(preprocessOverrides(grey, "any")).toEqual({ inputSize: [1, 96, 96], mean: [0.5], std: [0.25] });
  expect(preprocessOverrides({ mean: "0,0,0,0", std: "1,1,1,1" }, "any").std).toHaveLength(4);
  expect(() => preprocessOverrides({ mean: "0.5" }, "any")).toThrow('--mean got "0.5"; expected 3 numbers');
  expect(() => preprocessOverrides(grey)).toThrow('--mean got "0.5"; expected 3 numbers');
});

test.each([
  ["size", "0"],
  ["size", "96.5"],
  ["size", "1,2,3"],
  ["size", "large"],
  ["size", ""],
  ["interpolation", "cubic"],
  ["crop-pct", "0"],
  ["crop-pct", "1.1"],
  ["crop-pct", "-0.5"],
  ["crop-pct", "NaN"],
  ["crop-mode", "middle"],
  ["mean", "0.5"],
  ["mean", "0.5,0.5,Infinity"],
  ["std", "1,0,1"],
  ["std", "1,,1"],
])("--%s %j is refused, naming the option", (name, value) => {
  const parse = (): unknown => preprocessOverrides({ [name]: value });
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(`--${name} got`);
});
