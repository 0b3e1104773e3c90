import { expect, test } from "vitest";
import { encodeContract } from "./contract-json.ts";
import { CONTRACT_VERSION } from "./contract-base.ts";
import type { Contract } from "./contract-tasks.ts";
import { contractBeforeHash } from "./source-hash.ts";

const HASH = "0123456789abcdef".repeat(4);
const KEY = `"sha256":"${HASH}"`;

const CONTRACT: Contract = {
  version: CONTRACT_VERSION,
  model: `named ${KEY}`,
  task: "logits",
  input: "input",
  output: "logits",
  preprocess: {
    inputSize: [3, 64, 64],
    interpolation: "bicubic",
    cropPct: 0.875,
    cropMode: "center",
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  labels: ["é", KEY, `\\${KEY}`],
  weights: "float32",
  source: { name: `${HASH}.pth`, sha256: HASH },
  references: [{ kind: "recorded", source: "torch", imageSha256: HASH, top: [] }],
  generator: `samoyed 1 ${KEY}`,
};

test("the text before the digits ends at the source's own, whatever other strings contain", () => {
  const json = encodeContract(CONTRACT);
  const before = contractBeforeHash(CONTRACT)!;
  expect(json.startsWith(before)).toBe(true);
  const other = "f".repeat(64);
  const filled = `${before}${other}${json.slice(before.length + 64)}`;
  expect(JSON.parse(filled)).toEqual({ ...CONTRACT, source: { ...CONTRACT.source, sha256: other } });
});

test("without a source there is no such place", () => {
  const { source, ...rest } = CONTRACT;
  expect(source).toBeDefined();
  expect(contractBeforeHash(rest)).toBeUndefined();
});
