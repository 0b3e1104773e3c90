import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { memorySource, UnsupportedError } from "@samoyed/core";
import { canonicalize, interpret, INTERPRETED_OPERATORS } from "@samoyed/graph";
import { testConformance } from "@samoyed/test-support/conformance/check";
import { operatorNames } from "@samoyed/test-support/conformance/operator-names";
import type { ConformanceRecord } from "@samoyed/test-support/conformance/record";
import { runVector, type VectorEngine } from "@samoyed/test-support/conformance/run-vector";
import { findSuites, listVectors } from "@samoyed/test-support/conformance/vectors";
import { expect, test } from "vitest";
import { fromOpset6 } from "../test/from-opset-6.ts";
import { readOnnx } from "./index.ts";

const RECORD = new URL("../test/conformance-record.json", import.meta.url);

/** Vectors of onnx 1.12 whose own data are wrong; later versions have them right. */
const BROKEN: VectorEngine["broken"] = new Map([
  ["Debian node/test_cast_FLOAT_to_BFLOAT16", "its data are cut off where the operator rounds"],
  ["Debian node/test_castlike_FLOAT_to_BFLOAT16_expanded", "its data have another shape than its model declares"],
  ["Debian node/test_castlike_BFLOAT16_to_FLOAT_expanded", "its data have another shape than its model declares"],
]);

testConformance({
  engine: {
    operators: INTERPRETED_OPERATORS,
    run: interpret,
    prepare: fromOpset6,
    broken: BROKEN,
  },
  listMissing: true,
  record: RECORD,
  page: new URL("../../../docs/onnx-conformance.md", import.meta.url),
  title: "Conformance with ONNX's own test vectors",
  intro: [
    "Written by `pnpm run conformance` in `packages/format-onnx`; the tests fail when a vector fails or fewer pass than",
    "this says. Each vector is a model with inputs and outputs, read by `readOnnx`, computed by `interpret` of",
    "`@samoyed/graph` and compared with rtol 1e-3 and atol 1e-7, as ONNX's own runner does. A vector counts for every",
    "operator in its model. What was not computed is skipped, with the reason, and has not passed.",
  ],
  shorten: (reason) =>
    reason
      .replace(/^node\/\S+ /, "")
      .replace(/ "[^"]*"/g, "")
      .replace(/^node( \d+)? \(\w+\):? /, ""),
});

test.skipIf(findSuites().length === 0)(
  "in the canonical form every vector has the same numbers, with constants too",
  { timeout: 300_000 },
  async () => {
    const engine: VectorEngine = {
      operators: INTERPRETED_OPERATORS,
      run: (graph, inputs) => interpret(canonicalize(graph).graph, inputs),
      prepare: fromOpset6,
      broken: BROKEN,
      constants: true,
    };
    const failures: string[] = [];
    for (const vector of listVectors(findSuites())) {
      const { outcome } = await runVector(vector, engine);
      if (outcome.verdict === "failed") failures.push(`${vector.suite} ${vector.name}: ${outcome.reason}`);
    }
    expect(failures).toEqual([]);
  },
);

const [relu] = listVectors(findSuites()).filter(({ name }) => name === "node/test_relu");
test.skipIf(relu === undefined)(
  "wrong numbers fail; an engine that refuses is skipped, one that lacks an operator too",
  async () => {
    const outcome = async (engine: Partial<VectorEngine>) =>
      (await runVector(relu!, { operators: ["Relu"], run: interpret, ...engine })).outcome;
    expect(await outcome({})).toEqual({ verdict: "passed" });
    const run: VectorEngine["run"] = async (graph, inputs) => {
      const values = await interpret(graph, inputs);
      for (const { data } of values.values()) data[0] = 0.5;
      return values;
    };
    expect(await outcome({ run })).toMatchObject({
      verdict: "failed",
      reason: expect.stringContaining(": 0.5; expected"),
    });
    const refuse: VectorEngine["run"] = () => Promise.reject(new UnsupportedError("not here"));
    expect(await outcome({ run: refuse })).toEqual({ verdict: "skipped", reason: "not here" });
    const broken: VectorEngine["run"] = () => Promise.reject(new Error("oops"));
    expect(await outcome({ run: broken })).toEqual({ verdict: "failed", reason: "oops" });
    expect(await outcome({ operators: [] })).toEqual({ verdict: "skipped", reason: "needs Relu" });
  },
);

test("every operator that has vectors passes one", () => {
  const record = JSON.parse(readFileSync(RECORD, "utf8")) as ConformanceRecord;
  const untested = Object.values(record).flatMap(({ operators }) =>
    Object.entries(operators).flatMap(([op, { passed }]) => (passed === 0 ? [op] : [])),
  );
  expect(untested).toEqual([]);
});

test.skipIf(findSuites().length === 0)("models with other operators are read, or refused as unsupported", async () => {
  const known = new Set(INTERPRETED_OPERATORS);
  for (const { name, folder } of listVectors(findSuites())) {
    const bytes = await readFile(join(folder, "model.onnx"));
    if (operatorNames(bytes).every((op) => known.has(op))) continue;
    await readOnnx(memorySource(bytes, name)).catch((error: unknown) => expect(error).toBeInstanceOf(UnsupportedError));
  }
});
