import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { difference } from "../test/compare.ts";
import { type Result, runVector } from "../test/conformance.ts";
import { type ConformanceRecord, renderRecord, summarize } from "../test/conformance-table.ts";
import { findSuites, listVectors } from "../test/vectors.ts";

const RECORD = new URL("../test/conformance-record.json", import.meta.url);
const PAGE = new URL("../CONFORMANCE.md", import.meta.url);
const recording = process.env["SAMOYED_RECORD"] === "1";

const suites = findSuites();
const recorded = JSON.parse(readFileSync(RECORD, "utf8")) as ConformanceRecord;

if (suites.length === 0) {
  test.skip("not run: ONNX's test vectors are not installed (the oracle, libonnx-testdata or SAMOYED_ONNX_VECTORS)");
}

async function checkVectors(): Promise<void> {
  const results: Result[] = [];
  for (const vector of listVectors(suites)) results.push(await runVector(vector));
  const failures = results.flatMap(({ vector, outcome }) =>
    outcome.verdict === "failed" ? [`${vector.suite} ${vector.name}: ${outcome.reason}`] : [],
  );
  expect(failures).toEqual([]);
  const untested = Object.values(summarize(results)).flatMap(({ operators }) =>
    Object.entries(operators).flatMap(([op, { passed }]) => (passed === 0 ? [op] : [])),
  );
  expect(untested, "operators with vectors, none of which was computed").toEqual([]);

  const now = summarize(results);
  if (recording) {
    const record = { ...recorded, ...now };
    writeFileSync(RECORD, `${JSON.stringify(record, undefined, 1)}\n`);
    writeFileSync(PAGE, renderRecord(record));
    return;
  }
  const lost = Object.entries(recorded).flatMap(([suite, { operators }]) =>
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
  test("every vector of the operators that there are passes", checkVectors);
}

test("the page says what the record says", () => {
  // The formatter pads tables.
  const squeezed = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
  const record = JSON.parse(readFileSync(RECORD, "utf8")) as ConformanceRecord;
  expect(squeezed(readFileSync(PAGE, "utf8"))).toBe(squeezed(renderRecord(record)));
});

test("the comparison can fail", () => {
  const limits = { rtol: 1e-3, atol: 1e-7 };
  const tensor = (...values: number[]): Parameters<typeof difference>[0] => ({
    dtype: "float32",
    shape: [values.length],
    data: Float32Array.from(values),
  });
  expect(difference(tensor(1, NaN, Infinity, 0), tensor(1.0009, NaN, Infinity, 1e-8), limits)).toBeUndefined();
  expect(difference(tensor(1), tensor(1.0011), limits)).toMatch("element 0 of 1: 1; expected 1.001");
  expect(difference(tensor(0), tensor(2e-7), limits)).toMatch("element 0");
  expect(difference(tensor(NaN), tensor(0), limits)).toMatch("NaN; expected 0");
  expect(difference(tensor(0), tensor(NaN), limits)).toMatch("0; expected NaN");
  expect(difference(tensor(1), tensor(Infinity), limits)).toMatch("1; expected Infinity");
  expect(difference(tensor(-Infinity), tensor(Infinity), limits)).toMatch("-Infinity; expected Infinity");
  expect(difference(tensor(1, 2), tensor(1), limits)).toBe("float32[2]; expected float32[1]");
  expect(difference({ ...tensor(1), dtype: "float64" } as ReturnType<typeof tensor>, tensor(1), limits)).toBe(
    "float64[1]; expected float32[1]",
  );
});
