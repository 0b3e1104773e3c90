import { expect, test } from "vitest";
import type { CensusResult, CensusStatus } from "./census-result.ts";
import { summarizeCensus } from "./summarize-census.ts";

function network(...statuses: readonly CensusStatus[]): CensusResult {
  return {
    name: "net",
    module: "module",
    parameters: 1,
    input: [1, 3, 8, 8],
    noise: { max: 1, rms: 1 },
    backends: statuses.map((status, index) => ({ backend: `b${index}`, format: "onnx", status, reasons: ["why"] })),
  };
}

test.each<[string, readonly CensusResult[], number]>([
  ["all passed", [network("passed", "passed")], 0],
  ["passed, and one not run", [network("passed", "not run")], 0],
  ["one failed among others", [network("passed", "refused"), network("failed", "not run")], 1],
  ["one refused", [network("passed", "refused")], 4],
  ["nothing ran", [network("not run")], 5],
  ["no networks", [], 5],
])("%s: exit code", (_, results, code) => {
  expect(summarizeCensus(results).exitCode).toBe(code);
});

test("a required backend that did not run, or was not tried, is missing", () => {
  const results = [network("passed", "not run")];
  expect(summarizeCensus(results, { required: ["b0"] })).toMatchObject({ missing: [], exitCode: 0 });
  for (const backend of ["b1", "b7"]) {
    const { missing, exitCode, counts } = summarizeCensus(results, { required: [backend] });
    expect([missing.map((one) => [one.backend, one.network]), exitCode]).toEqual([[[backend, "net"]], 5]);
    expect(counts).toEqual({ passed: 1, failed: 0, refused: 0, "not run": 1 });
  }
});
