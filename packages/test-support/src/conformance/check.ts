import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ConformancePage, renderRecord } from "./page.ts";
import { type ConformanceRecord, lostVectors, summarize } from "./record.ts";
import { type Result, runVector, type VectorEngine } from "./run-vector.ts";
import { findSuites, listVectors } from "./vectors.ts";

/** The tested engine, and the files of its record. */
export interface Conformance extends ConformancePage {
  readonly engine: VectorEngine;
  /** Whether vectors that need an operator that the engine lacks are counted as skipped, instead of being ignored. */
  readonly listMissing?: boolean;
  /** Merges reasons that differ only in quoted names or numbers. */
  readonly shorten: (reason: string) => string;
  /** The recorded counts (JSON) and the page for readers (Markdown). */
  readonly record: URL;
  readonly page: URL;
}

/** Defines the tests of an engine's conformance. With `SAMOYED_RECORD=1` they write the record and the page. */
export function testConformance(conformance: Conformance): void {
  const { record, page } = conformance;
  const readRecord = (): ConformanceRecord => JSON.parse(readFileSync(record, "utf8")) as ConformanceRecord;
  if (findSuites().length === 0)
    test.skip("not run: ONNX's test vectors are not installed (the oracle, libonnx-testdata or SAMOYED_ONNX_VECTORS)");
  else
    test("every vector of the supported operators passes", async () => {
      const results = await runVectors(conformance);
      const failures = results.flatMap(({ vector, outcome }) =>
        outcome.verdict === "failed" ? [`${vector.suite} ${vector.name}: ${outcome.reason}`] : [],
      );
      expect(failures).toEqual([]);
      const now = summarize(results, conformance.shorten);
      if (process.env["SAMOYED_RECORD"] === "1") {
        // Suites that are not on this machine keep their recorded results.
        const all = { ...readRecord(), ...now };
        writeFileSync(record, `${JSON.stringify(all, undefined, 1)}\n`);
        writeFileSync(page, renderRecord(all, conformance));
      }
      expect(lostVectors(readRecord(), now)).toEqual([]);
    });

  test("the page matches the record", () => {
    expect(readFileSync(page, "utf8")).toBe(renderRecord(readRecord(), conformance));
  });
}

async function runVectors({ engine, listMissing = false }: Conformance): Promise<Result[]> {
  const results: Result[] = [];
  for (const vector of listVectors(findSuites())) {
    const result = await runVector(vector, engine);
    if (listMissing || result.missing.length === 0) results.push(result);
  }
  return results;
}
