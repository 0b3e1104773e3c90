import { testContract } from "@samoyed/test-support/contract";
import { expect, test } from "vitest";
import { encodeContract } from "./contract-json.ts";
import type { Contract } from "./contract-tasks.ts";
import { contractBeforeHash } from "./source-hash.ts";

const HASH = "0123456789abcdef".repeat(4);
const KEY = `"sha256":"${HASH}"`;

const CONTRACT: Contract = testContract({
  model: `named ${KEY}`,
  preprocess: { inputSize: [3, 64, 64], cropPct: 0.875, mean: [0, 0, 0], std: [1, 1, 1] },
  labels: ["é", KEY, `\\${KEY}`],
  source: { name: `${HASH}.pth`, sha256: HASH },
  references: [{ kind: "recorded", source: "torch", imageSha256: HASH, top: [] }],
  generator: `samoyed 1 ${KEY}`,
});

test("the text before the digits ends at the source's hash, whatever other strings contain", () => {
  const json = encodeContract(CONTRACT);
  const before = contractBeforeHash(CONTRACT)!;
  expect(json.startsWith(before)).toBe(true);
  const other = "f".repeat(64);
  const filled = `${before}${other}${json.slice(before.length + 64)}`;
  expect(JSON.parse(filled)).toEqual({ ...CONTRACT, source: { ...CONTRACT.source, sha256: other } });
});

test("without a source there is no hash to fill in", () => {
  const { source, ...rest } = CONTRACT;
  expect(source).toBeDefined();
  expect(contractBeforeHash(rest)).toBeUndefined();
});
