import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { preprocessOverrides } from "./options.ts";

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

test("what timm does not have", () => {
  expect(
    preprocessOverrides({
      size: "640",
      resize: "fit",
      pad: "114",
      "pad-position": "top-left",
      resampler: "torch-antialias",
      "crop-rounding": "floor",
      mean: "0,0,0",
      std: "1,1,1",
      "value-range": "255",
      "channel-order": "bgr",
      background: "255,255,255",
      "exif-orientation": "apply",
    }),
  ).toEqual({
    inputSize: [3, 640, 640],
    resize: { mode: "fit" },
    pad: { color: [114, 114, 114], position: "top-left" },
    resampler: "torch-antialias",
    cropRounding: "floor",
    mean: [0, 0, 0],
    std: [1, 1, 1],
    valueRange: 255,
    channelOrder: "bgr",
    background: [255, 255, 255],
    exifOrientation: "apply",
  });
});

test.each([
  ["shortest:256", { mode: "shortest", size: [256] }],
  ["shortest:800,1333", { mode: "shortest", size: [800], maxSize: 1333 }],
  ["longest:1024", { mode: "longest", size: [1024] }],
  ["fit:480,640", { mode: "fit", size: [480, 640] }],
  ["exact:256", { mode: "exact", size: [256, 256] }],
  ["exact", { mode: "exact" }],
  ["none", { mode: "none" }],
])("--resize %s", (resize, rule) => expect(preprocessOverrides({ resize })).toEqual({ resize: rule }));

test("padding after normalization may be any number", () => {
  expect(preprocessOverrides({ pad: "normalized:-2.5" })).toEqual({ pad: { value: -2.5 } });
  expect(preprocessOverrides({ pad: "1,2,3" })).toEqual({ pad: { color: [1, 2, 3] } });
});

test("as many channels as there are means and deviations, where a network may have others than RGB", () => {
  const grey = { size: "96", mean: "0.5", std: "0.25" };
  expect(preprocessOverrides(grey, "any")).toEqual({ inputSize: [1, 96, 96], mean: [0.5], std: [0.25] });
  expect(preprocessOverrides({ mean: "0,0,0,0", std: "1,1,1,1" }, "any").std).toHaveLength(4);
  expect(preprocessOverrides({ size: "4,8,8" }, "any")).toEqual({ inputSize: [4, 8, 8] });
  expect(() => preprocessOverrides({ mean: "0.5" }, "any")).toThrow('--mean got "0.5"; expected 3 numbers');
  expect(() => preprocessOverrides(grey)).toThrow('--mean got "0.5"; expected 3 numbers');
});

test("gray images have one mean and one deviation", () => {
  const given = { size: "1,28,28", mean: "0.1307", std: "0.3081" };
  expect(preprocessOverrides(given)).toEqual({ inputSize: [1, 28, 28], mean: [0.1307], std: [0.3081] });
  expect(() => preprocessOverrides({ ...given, mean: "0,0,0" })).toThrow("--mean got");
});

test("the crop is said in one way", () => {
  const both = { resize: "shortest:256", "crop-pct": "0.9" };
  expect(() => preprocessOverrides(both)).toThrow("--resize and --crop-pct say the same in two ways");
});

test.each([
  ["size", "0"],
  ["size", "96.5"],
  ["size", "2,8,8"],
  ["size", "1,2,3,4"],
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
  ["resize", "256"],
  ["resize", "shortest"],
  ["resize", "shortest:0"],
  ["resize", "shortest:256,256"],
  ["resize", "longest:1,2"],
  ["resize", "none:3"],
  ["resize", "fit:1,2,3"],
  ["resize", "exact:8:8"],
  ["pad", "256"],
  ["pad", "-1"],
  ["pad", "1,2"],
  ["pad", "normalized:"],
  ["pad-position", "left"],
  ["resampler", "opencv2"],
  ["crop-rounding", "even"],
  ["value-range", "256"],
  ["channel-order", "grb"],
  ["background", "255"],
])("--%s %j is refused, naming the option", (name, value) => {
  const parse = (): unknown => preprocessOverrides({ [name]: value });
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(`--${name} got`);
});
