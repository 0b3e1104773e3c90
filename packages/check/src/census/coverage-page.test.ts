import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CensusResult } from "@samoyed/golden";
import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { type CensusNetwork, censusNetworks } from "./census-networks.ts";
import { coveragePage } from "./coverage-page.ts";

const GOLDEN = fileURLToPath(new URL("../../../../golden", import.meta.url));

const NETWORKS: readonly CensusNetwork[] = [
  { module: "b", name: "b_tiny", parameters: 2, folder: "x" },
  { module: "a", name: "a_tiny", parameters: 1, folder: "x" },
  { module: "c", name: "c_tiny", parameters: 3, unfit: "PyTorch does not export it" },
  { module: "d", name: "d_tiny", parameters: 4 },
];
const RESULTS: readonly CensusResult[] = [
  {
    name: "a_tiny",
    module: "a",
    parameters: 1,
    input: [1, 3, 160, 160],
    noise: { max: 1, rms: 1 },
    backends: [
      { backend: "ort", version: "1.2", format: "onnx", status: "passed", reasons: [], inNoise: 1.24 },
      { backend: "node", format: "tfjs", status: "refused", reasons: ["node x (Einsum): is not | written"] },
      { backend: "wasm", format: "tfjs", status: "refused", reasons: ["node x (Einsum): is not | written"] },
    ],
  },
  {
    name: "b_tiny",
    module: "b",
    parameters: 2,
    input: [1, 3, 160, 160],
    noise: { max: 1, rms: 1 },
    backends: [
      { backend: "ort", format: "onnx", status: "failed", reasons: ["off"], inNoise: 15 },
      { backend: "node", format: "tfjs", status: "not run", reasons: ["not installed"], fix: "Install." },
      { backend: "wasm", format: "tfjs", status: "failed", reasons: ["/home/me/scratch/b.json: broke"] },
    ],
  },
];

test("each outcome has its own word, and only what passed counts", () => {
  const page = coveragePage({ networks: NETWORKS, results: RESULTS, from: "pt2", platform: "CPU" });
  const rows = page.split("\n").filter((line) => /^\| (?:[a-d]|passed|engine) \|/u.test(line));
  expect(rows).toEqual([
    "| engine | ort 1.2 | node | wasm |",
    "| passed | 1 of 4 | 0 of 4 | 0 of 4 |",
    "| a | `a_tiny` | 160 × 160 | 1.2 F | **refused** | **refused** |",
    "| b | `b_tiny` | 160 × 160 | **failed, 15.0 F** | not run | **failed** |",
    "| c | `c_tiny` |  | not exported | not exported | not exported |",
    "| d | `d_tiny` |  | not recorded | not recorded | not recorded |",
  ]);
  expect(page.split("\n").filter((line) => line.startsWith("- "))).toEqual([
    "- `a_tiny`, tfjs refused: node x (Einsum): is not written",
    "- `b_tiny`, ort failed: off",
    "- `b_tiny`, node not run: not installed",
    "- `b_tiny`, wasm failed: b.json: broke",
    "- `c_tiny`, no case: PyTorch does not export it",
  ]);
});

test("the committed page has every module of timm", async () => {
  const page = readFileSync(new URL("../../../../docs/coverage.md", import.meta.url), "utf8");
  for (const { module, name } of await censusNetworks(GOLDEN, [])) {
    expect(page).toMatch(new RegExp(`^\\| ${module} +\\| \`${name}\` +\\|`, "mu"));
  }
});

test("networks by their names or modules, the smallest first; an unknown one is refused with a close one", async () => {
  const found = await censusNetworks(GOLDEN, ["resnet", "test_vit"]);
  expect(found.map(({ name }) => name)).toEqual(["test_vit", "test_resnet"]);
  await expect(censusNetworks(GOLDEN, ["tset_vit"])).rejects.toMatchObject({ hint: "Did you mean test_vit?" });
  await expect(censusNetworks("/nowhere", [])).rejects.toThrow(UsageError);
});
