import { expect, test } from "vitest";
import { describeAlternatives } from "./assumption.ts";

test("alternatives are the options that change a setting", () => {
  expect(describeAlternatives([{ option: "--model resnetblur18", value: "blur" }, { option: "--size" }])).toBe(
    "--model resnetblur18 (blur), --size",
  );
  const many = Array.from({ length: 12 }, (_, index) => ({ option: `--model n${index}` }));
  expect(describeAlternatives(many)).toMatch(/--model n9 and 2 more$/);
  expect(describeAlternatives([])).toBe("");
});
