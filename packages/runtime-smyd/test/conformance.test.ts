import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findSuites, listVectors } from "../../format-onnx/test/vectors.ts";
import { type Result, runVector } from "./conformance.ts";
import { type ConformanceRecord, renderRecord, summarize } from "./conformance-table.ts";

const RECORD = new URL("./conformance-record.json", import.meta.url);
const PAGE = new URL("../../../docs/smyd-conformance.md", import.meta.url);
const recording = process.env["SAMOYED_RECORD"] === "1";

const suites = findSuites();

function readRecord(): ConformanceRecord {
  return JSON.parse(readFileSync(RECORD, "utf8")) as ConformanceRecord;
}

if (suites.length === 0) {
  test.skip("not run: ONNX's test vectors are not installed (the oracle, libonnx-testdata or SAMOYED_ONNX_VECTORS)");
}

async function checkVectors(): Promise<void> {
  const results: Result[] = [];
  for (const vector of listVectors(suites)) {
    const result = await runVector(vector);
    if (result !== undefined) results.push(result);
  }
  const failures = results.flatMap(({ vector, outcome }) =>
    outcome.verdict === "failed" ? [`${vector.suite} ${vector.name}: ${outcome.reason}`] : [],
  );
  expect(failures).toEqual([]);

  const now = summarize(results);
  if (recording) {
    // Suites that are not on this machine keep their record.
    const record = { ...readRecord(), ...now };
    writeFileSync(RECORD, `${JSON.stringify(record, undefined, 1)}\n`);
    writeFileSync(PAGE, renderRecord(record));
    return;
  }
  const lost = Object.entries(readRecord()).flatMap(([suite, { operators }]) =>
    Object.entries(operators).flatMap(([op, { passed }]) => {
      const present = now[suite];
      const count = present?.operators[op]?.passed ?? 0;
      return present === undefined || count >= passed
        ? []
        : [`${suite} ${op}: ${count} passed; ${passed} are recorded`];
    }),
  );
  expect(lost).toEqual([]);
}

if (suites.length > 0) {
  test("every vector of the operators that there are passes", { timeout: 300_000 }, checkVectors);
}

test("the page says what the record says", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(renderRecord(readRecord()));
});
