import type { Result } from "./conformance.ts";

/** What is recorded of one operator in one suite. */
export interface Row {
  /** Vectors that use it, computed and equal. */
  readonly passed: number;
  /** Vectors that use it and only operators that there are, and still were not computed: reason → how many. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** What is recorded of a suite. */
export interface SuiteRecord {
  readonly vectors: number;
  readonly passed: number;
  readonly operators: Readonly<Record<string, Row>>;
  /** Operators that the interpreter lacks → vectors that need them. */
  readonly missing: Readonly<Record<string, number>>;
}

/** Suites by name. */
export type ConformanceRecord = Readonly<Record<string, SuiteRecord>>;

/** Counts results by suite and operator. */
export function summarize(results: readonly Result[]): ConformanceRecord {
  const suites = new Set(results.map(({ vector }) => vector.suite));
  const own = (suite: string): Result[] => results.filter(({ vector }) => vector.suite === suite);
  return Object.fromEntries(Array.from(suites, (suite) => [suite, summarizeSuite(own(suite))]));
}

function summarizeSuite(results: readonly Result[]): SuiteRecord {
  const operators = new Map<string, { passed: number; skipped: Map<string, number> }>();
  const missing = new Map<string, number>();
  for (const result of results) {
    for (const op of result.missing) missing.set(op, (missing.get(op) ?? 0) + 1);
    if (result.missing.length > 0) continue;
    for (const op of result.operators) {
      const row = operators.get(op) ?? { passed: 0, skipped: new Map<string, number>() };
      operators.set(op, row);
      if (result.outcome.verdict === "passed") row.passed++;
      if (result.outcome.verdict === "skipped") {
        const reason = withoutNames(result.outcome.reason);
        row.skipped.set(reason, (row.skipped.get(reason) ?? 0) + 1);
      }
    }
  }
  const rows = sorted(operators).map(([op, { passed, skipped }]) => [
    op,
    { passed, skipped: Object.fromEntries(sorted(skipped)) },
  ]);
  return {
    vectors: results.length,
    passed: results.filter(({ outcome }) => outcome.verdict === "passed").length,
    operators: Object.fromEntries(rows) as Record<string, Row>,
    missing: Object.fromEntries(sorted(missing)),
  };
}

/** One reason for many vectors: what is quoted or counted differs between them. */
function withoutNames(reason: string): string {
  return reason
    .replace(/^node\/\S+ /, "")
    .replace(/ "[^"]*"/g, "")
    .replace(/^node( \d+)? \(\w+\):? /, "");
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The record as a page for people. */
export function renderRecord(record: ConformanceRecord): string {
  const suites = Object.entries(record);
  const operators = [...new Set(suites.flatMap(([, suite]) => Object.keys(suite.operators)))].sort();
  const missing = [...new Set(suites.flatMap(([, suite]) => Object.keys(suite.missing)))].sort();
  const lines = [
    "# Conformance with ONNX's own test vectors",
    "",
    "Written by `pnpm run conformance`; the tests fail when a vector fails or fewer pass than this says. Each vector is a",
    "model with inputs and outputs, read by `readOnnx`, computed by `interpret` of `@samoyed/graph` and compared with",
    "rtol 1e-3 and atol 1e-7, as ONNX's own runner does. A vector counts for every operator in its model. What was not",
    "computed is skipped, with the reason, and has not passed.",
    "",
    "| suite | vectors | passed | skipped |",
    "| --- | ---: | ---: | ---: |",
    ...suites.map(
      ([name, suite]) => `| ${name} | ${suite.vectors} | ${suite.passed} | ${suite.vectors - suite.passed} |`,
    ),
    "",
    "The suite with a version is that of the oracle's onnx package; Debian's is the package `libonnx-testdata` (onnx 1.12).",
    "",
    "## Operators",
    "",
    `| operator | ${suites.map(([name]) => `${name}: passed | skipped`).join(" | ")} | why skipped |`,
    `| --- | ${suites.map(() => "---: | ---:").join(" | ")} | --- |`,
    ...operators.map((op) =>
      renderRow(
        op,
        suites.map(([, suite]) => suite.operators[op]),
      ),
    ),
    "",
    "## Operators that the interpreter does not have",
    "",
    "With the number of vectors that need them, all skipped:",
    "",
    ...missing.map((op) => `- ${op} (${suites.map(([, suite]) => suite.missing[op] ?? 0).join(" + ")})`),
    "",
  ];
  return lines.join("\n");
}

function renderRow(op: string, rows: readonly (Row | undefined)[]): string {
  const count = (row: Row): number => Object.values(row.skipped).reduce((sum, value) => sum + value, 0);
  const cells = rows.map((row) => (row === undefined ? "| " : `${row.passed} | ${count(row)}`));
  const reasons = [...new Set(rows.flatMap((row) => Object.keys(row?.skipped ?? {})))].sort();
  return `| ${op} | ${cells.join(" | ")} | ${reasons.join("; ")} |`;
}
