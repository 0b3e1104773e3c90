import { expect, test } from "vitest";
import { type Assumption, describeAssumption } from "./assumption.ts";

const blur: Assumption = {
  setting: "anti-aliasing",
  value: "none",
  origin: "assumed",
  alternatives: [{ option: "--model resnetblur18", value: "blur" }, { option: "--model resnetaa18" }],
};

test("an assumption names the options that change it", () => {
  expect(describeAssumption(blur)).toBe("none, assumed; otherwise --model resnetblur18 (blur), --model resnetaa18");
  const many = Array.from({ length: 10 }, (_, index) => ({ option: `--model n${index}` }));
  expect(describeAssumption({ ...blur, alternatives: many })).toMatch(/--model n7 and 2 more$/);
});

test("what something says is no assumption, and names its source", () => {
  expect(describeAssumption({ ...blur, origin: "file", source: "args.model" })).toBe(
    "none, from the file (args.model)",
  );
  expect(describeAssumption({ ...blur, origin: "published", source: "resnet18" })).toBe("none, published (resnet18)");
  expect(describeAssumption({ ...blur, origin: "given", alternatives: [] })).toBe("none, given");
});
