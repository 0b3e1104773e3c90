import { readFileSync } from "node:fs";
import { FormatError, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { parseCensusCase, parseCensusTensors } from "./census-case.ts";

const PATH = new URL("../../../../golden/census/test_resnet/case.json", import.meta.url);
const TEXT = readFileSync(PATH, "utf8");

function changed(change: (json: Record<string, any>) => void): string {
  const json = JSON.parse(TEXT);
  change(json);
  return JSON.stringify(json);
}

test("a recorded case is read", () => {
  expect(parseCensusCase(TEXT, "case.json")).toMatchObject({ name: "test_resnet", module: "resnet", idle: [] });
});

test.each<[string, (json: Record<string, any>) => void, string]>([
  ["a misspelled key", (json) => (json["inputs"] = json["input"]), "inputs"],
  ["a key that is missing", (json) => delete json["weightsSha256"], "weightsSha256"],
  ["an input without a batch", (json) => json["input"].shift(), "input"],
  ["a documented reference", (json) => (json["reference"].kind = "documented"), "kind"],
])("%s is refused by its name", (_, change, name) => {
  expect(() => parseCensusCase(changed(change), "case.json")).toThrow(FormatError);
  expect(() => parseCensusCase(changed(change), "case.json")).toThrow(name);
});

test("a case of a later version is refused", () => {
  const later = changed((json) => (json["schema"] = 2));
  expect(() => parseCensusCase(later, "case.json")).toThrow(UnsupportedError);
});

test("a tensor is either filled or stored", () => {
  const tensor = { name: "a", place: "weights", dtype: "float32", shape: [2] };
  const read = (more: object): unknown => parseCensusTensors(JSON.stringify([{ ...tensor, ...more }]), "tensors");
  const fill = { kind: "normal", std: 1, mean: 0.5 };
  expect(read({ fill })).toEqual([{ ...tensor, fill }]);
  expect(read({ offset: 0 })).toEqual([{ ...tensor, offset: 0 }]);
  for (const wrong of [{}, { fill, offset: 0 }, { fill: { kind: "normal" } }, { fill: { kind: "constant", std: 1 } }]) {
    expect(() => read(wrong)).toThrow(FormatError);
  }
});
