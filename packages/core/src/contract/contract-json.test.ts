import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkPreprocess, encodeContract, parseContract } from "./contract-json.ts";
import { contractSchema } from "./contract-schema.ts";
import { CONTRACT_TASKS, type Contract, findTask, isOfTask, requireTask } from "./contract-tasks.ts";
import { FormatError, SamoyedError, UnsupportedError } from "../errors.ts";

const contract: Contract = {
  version: 1,
  model: "resnet18.a1_in1k",
  task: "logits",
  input: "input",
  output: "logits",
  taps: ["layer1"],
  preprocess: {
    inputSize: [3, 224, 224],
    interpolation: "bicubic",
    cropPct: 0.95,
    cropMode: "center",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  labels: ["tench", "Samoyed, Samoyede", "☃ \u2028"],
  weights: "float32",
  license: "apache-2.0",
  source: { name: "resnet18.pth", sha256: "0123456789abcdef".repeat(4) },
  assumptions: [{ setting: "pooling", value: "avg", origin: "file", source: "args.gp" }],
  standIn: "stand-in weights: seeded, not trained",
  references: [
    {
      kind: "recorded",
      source: "torch 2.13.0",
      imageSha256: "f".repeat(64),
      top: [{ index: 1, label: "Samoyed", probability: 0.6425196528434753 }],
    },
  ],
  selfTest: { seed: 1, values: [0.5, -1.25], tolerance: 0.001, by: "samoyed 0.0.0" },
  generator: "samoyed 0.0.0",
};

test("a contract survives a round trip, and its bytes do not depend on the order of keys", () => {
  const json = encodeContract(contract);
  expect(parseContract(json)).toEqual(contract);
  const reversed = Object.fromEntries(Object.entries(contract).reverse()) as unknown as Contract;
  expect(encodeContract(reversed)).toBe(json);
  expect(encodeContract(parseContract(json))).toBe(json);
  // The literal above has its keys in the order of version 1.
  expect(json).toBe(JSON.stringify(contract));
});

test("the schema names every key of the contract", () => {
  expect(Object.keys(contractSchema(findTask("logits")).properties!).sort()).toEqual(Object.keys(contract).sort());
});

test("a later version is refused as such", () => {
  const later = JSON.stringify({ ...contract, version: 2, novelty: true });
  expect(() => parseContract(later)).toThrow(UnsupportedError);
  expect(() => parseContract(later)).toThrow("contract: has version 2; this Samoyed reads up to version 1");
});

describe("a contract of an unknown task", () => {
  const boxes = { ...contract, task: "boxes", anchors: [1, 2] };

  test("is read, with its task's own keys", () => {
    const read = parseContract(JSON.stringify(boxes));
    expect(read).toEqual(boxes);
    expect(isOfTask(read, "logits")).toBe(false);
  });

  test("is refused where the task matters; the error names it and the known tasks", () => {
    const read = parseContract(JSON.stringify(boxes));
    for (const use of [() => requireTask(read), () => encodeContract(read)]) {
      expect(use).toThrow(UnsupportedError);
      expect(use).toThrow(
        'contract: the task of resnet18.a1_in1k is "boxes"; this Samoyed knows logits (classification), features (pooled features)',
      );
    }
  });
});

test("every task has a unique name, and no key of another task or of the base contract", () => {
  const common = Object.keys(contractSchema(undefined).properties!);
  const names = [...common, ...CONTRACT_TASKS.flatMap(({ properties }) => Object.keys(properties))];
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(CONTRACT_TASKS.map(({ name }) => name)).size).toBe(CONTRACT_TASKS.length);
});

describe("a schema violation is named by its path", () => {
  const preprocess = contract.preprocess;
  test.each<[unknown, string]>([
    [null, "contract is null; expected an object"],
    [[], "contract is an array; expected an object"],
    [{}, "contract.version is missing"],
    [{ ...contract, version: 0 }, "contract.version is 0; expected 1"],
    [{ ...contract, version: "1" }, 'contract.version is "1"; expected 1'],
    [{ ...contract, model: "" }, 'contract.model is ""; expected a non-empty string'],
    [{ ...contract, model: undefined }, "contract.model is missing"],
    [{ ...contract, task: 1 }, "contract.task is 1; expected a non-empty string"],
    [{ ...contract, task: "features" }, 'contract has the unknown key "labels"'],
    [{ ...contract, task: "boxes", weights: "" }, 'contract.weights is ""; expected'],
    [{ ...contract, color: 1 }, 'contract has the unknown key "color"'],
    [{ ...contract, labels: [] }, "contract.labels has 0 items"],
    [{ ...contract, labels: ["a", 2] }, "contract.labels[1] is 2; expected a string"],
    [{ ...contract, source: { name: "x", sha256: "F".repeat(64) } }, "contract.source.sha256 is"],
    [{ ...contract, source: { name: "x" } }, "contract.source.sha256 is missing"],
    [{ ...contract, preprocess: { ...preprocess, inputSize: [3, 224] } }, "contract.preprocess.inputSize has 2 items"],
    [
      { ...contract, preprocess: { ...preprocess, inputSize: [3, 224, 1.5] } },
      "inputSize[2] is 1.5; expected an integer",
    ],
    [{ ...contract, preprocess: { ...preprocess, inputSize: [3, 224, 0] } }, "inputSize[2] is 0; expected 1 to 65536"],
    [{ ...contract, preprocess: { ...preprocess, cropPct: 0 } }, "cropPct is 0; expected more than 0"],
    [{ ...contract, preprocess: { ...preprocess, mean: [0.5] } }, "preprocess.mean has 1 numbers; expected 3"],
    [{ ...contract, preprocess: { ...preprocess, std: [1, 0, 1] } }, "std[1] is 0; expected more than 0"],
    [
      { ...contract, references: [{ kind: "recorded", source: "x", top: [{ index: 0, probability: 1.5 }] }] },
      "top[0].probability is 1.5; expected 0 to 1",
    ],
    [{ ...contract, selfTest: { ...contract.selfTest, tolerance: 0 } }, "tolerance is 0; expected more than 0"],
    [{ ...contract, selfTest: { ...contract.selfTest, seed: 0 } }, "seed is 0; expected 1 to 2147483647"],
  ])("%#", (value, message) => {
    const json = JSON.stringify(value);
    expect(() => parseContract(json)).toThrow(FormatError);
    expect(() => parseContract(json)).toThrow(message);
  });

  test("a key that JavaScript treats specially is unknown like any other", () => {
    const json = `{"__proto__":{"version":1},${encodeContract(contract).slice(1)}`;
    expect(() => parseContract(json)).toThrow('unknown key "__proto__"');
  });

  test("invalid JSON is refused, and so is NaN when encoding", () => {
    expect(() => parseContract("{")).toThrow("contract: is not valid JSON");
    const preprocess = { ...contract.preprocess, mean: [0, NaN, 0] };
    expect(() => encodeContract({ ...contract, preprocess })).toThrow("mean[1] is NaN; expected a finite number");
  });
});

test("any JSON is a contract or a typed error", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(contract)), (value, key) => {
      for (const json of [JSON.stringify(value), JSON.stringify({ ...contract, [key]: value })]) {
        try {
          parseContract(json);
        } catch (error) {
          expect(error).toBeInstanceOf(SamoyedError);
        }
      }
    }),
  );
});

test("preprocessing settings can be checked alone", () => {
  expect(checkPreprocess(contract.preprocess)).toBe(contract.preprocess);
  expect(() => checkPreprocess({ ...contract.preprocess, cropMode: "fit" })).toThrow("preprocess.cropMode is");
});
