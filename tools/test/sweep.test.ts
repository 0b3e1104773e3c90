import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { elementCount, readTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
// @ts-expect-error a plain script
import { isWhole, sweepPage } from "../sweep/page.mjs";
// @ts-expect-error a plain script
import { openResults } from "../sweep/results-file.mjs";
// @ts-expect-error a plain script
import { resultLine } from "../sweep/result-line.mjs";
// @ts-expect-error a plain script
import { sweepArchitecture } from "../sweep/sweep-architecture.mjs";
// @ts-expect-error a plain script
import { writeHollowOnnx } from "../sweep/write-hollow-onnx.mjs";
// @ts-expect-error a plain script
import { withZeroWeights, zeroTensor } from "../sweep/zero-weights.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "samoyed-sweep-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const whole = { recognized: "own", built: true, converted: true, checked: true, nodes: 9 };
const RESULTS = [
  {
    name: "a_tiny",
    variants: [1000, 17, 0].map((numClasses) => ({ numClasses, ...whole })),
    code: { same: "structure" },
  },
  {
    name: "b_tiny",
    variants: [
      { numClasses: 5, ...whole, recognized: "shared" },
      { numClasses: 17, recognized: "own", built: true, failed: "not converted: <no>\nway" },
      { numClasses: 0, ...whole },
    ],
    code: { failed: "Relu act is in the first graph only" },
  },
  { name: "c_tiny", refused: "not here: reason" },
  { name: "d_tiny", variants: [{ numClasses: 0, ...whole }] },
];

describe("the page", () => {
  const modules = { a_tiny: "a", b_tiny: "b", c_tiny: "c", d_tiny: "a", e_tiny: "e" };
  const page = sweepPage({ modules, results: RESULTS, versions: { timm: "1.0" } });

  test("counts each outcome by module", () => {
    expect(page.split("\n").filter((line: string) => /^\| [a-e] \|/u.test(line))).toEqual([
      "| a | 2 | 2 | 2 of 2 |  | 1 of 1 | 1 of 1 | 2 of 2 | 1 of 1 | 1 of 1 |",
      "| b | 1 | 1 | 1 of 1 | 1 | 1 of 1 | 1 of 1 | 1 of 1 | 0 of 1 | 1 of 1 |",
      "| c | 1 | 0 | – |  | – | – | – | – | – |",
      "| e | 1 | 0 | – |  | – | – | – | – | – |",
    ]);
    expect(page).toContain("| recognized, built, converted and checked in every variant | 2 |");
  });

  test("says why not", () => {
    expect(page.split("\n").filter((line: string) => line.startsWith("- "))).toEqual([
      "- `b_tiny`, 17 classes: not converted: \\<no\\> way",
      "- `b_tiny`, code and data: Relu act is in the first graph only",
      "- `c_tiny`, refused: not here: reason",
      "- not exported: `e_tiny`",
    ]);
    expect(page).toContain("Not the same: 1.");
  });
});

test("what is whole", () => {
  expect(RESULTS.map(isWhole)).toEqual([true, false, false, true]);
  expect(resultLine(RESULTS[1])).toContain("17 classes not converted");
});

test("results are kept by the architecture's hash; what a stopped run left is no result", () => {
  const path = join(folder, "kept", "sweep.jsonl");
  openResults(path, { fresh: false }).add({ name: "a", hash: "1" });
  writeFileSync(path, '{"name":"b","ha', { flag: "a" });
  const kept = openResults(path, { fresh: false });
  expect(kept.get("a", "1")).toEqual({ name: "a", hash: "1" });
  expect(kept.get("a", "2")).toBeUndefined();
  expect(kept.get("b", "1")).toBeUndefined();
  expect(openResults(path, { fresh: true }).get("a", "1")).toBeUndefined();
});

test("a tensor of zeros is as long as it says, and a graph keeps its small ones", async () => {
  const large = zeroTensor({ name: "w", dtype: "float32", shape: [3, 300_000] });
  expect((await readTensor(large)).data.length).toBe(elementCount(large.shape));
  const builder = createBuilder({ name: "g" });
  const initializers = new Map([
    ["w", { ...large, chunks: () => expect.unreachable("weights are not read") }],
    ["shape", zeroTensor({ name: "shape", dtype: "int64", shape: [2] })],
  ]);
  builder.output(builder.node("Relu", [builder.input("x", "float32", [1])]));
  const graph = { ...builder.finish(), initializers };
  expect(withZeroWeights(graph).initializers.get("shape")).toBe(initializers.get("shape"));
  expect(await writeHollowOnnx(graph, join(folder, "m.onnx"))).toBe(3 * 300_000 * 4);
});

test("an architecture with what the checker says of it", async () => {
  const paths: string[] = [];
  const check = async (path: string): Promise<string | undefined> => {
    paths.push(path);
    return paths.length === 2 ? "its second variant is wrong" : undefined;
  };
  const { variants, code } = await sweepArchitecture("test_resnet", { check, folder });
  expect(variants.map(({ recognized }: { recognized: string }) => recognized)).toEqual(["own", "own", "own"]);
  expect(variants.map(({ failed }: { failed?: string }) => failed)).toEqual([
    undefined,
    "not checked: its second variant is wrong",
    undefined,
  ]);
  expect(code).toEqual({ same: "structure" });
  expect(await sweepArchitecture("no_such_network", { check, folder })).toMatchObject({ refused: /./u });
});
