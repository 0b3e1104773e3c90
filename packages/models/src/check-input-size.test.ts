import { UsageError } from "@samoyed/core";
import { expect, it } from "vitest";
import { checkInputSize } from "./check-input-size.ts";

it("accepts any side that the architecture leaves open", () => {
  expect(() => checkInputSize([3, 96, "W"], { taken: [3, "H", "W"] })).not.toThrow();
  expect(() => checkInputSize([3, 32, 64], { taken: [3, 32, "W"] })).not.toThrow();
});

it.each([
  [[1, 32, 32], [3, "H", "W"], "input size [1, 32, 32]; expected 3 channels"],
  [[3, 32, 64], [3, 32, 32], "input size [3, 32, 64]; expected [3, 32, 32]"],
  [[3, "H", 32], [3, 32, 32], "input size [3, H, 32]; expected [3, 32, 32]"],
] as const)("refuses %o if it accepts %o", (size, taken, message) => {
  expect(() => checkInputSize(size, { taken })).toThrow(UsageError);
  expect(() => checkInputSize(size, { taken })).toThrow(message);
});
