import { TAKEN_OPERATORS, type Result } from "./conformance.ts";

/** What is recorded of one operator in one suite. */
export interface Row {
  /** Vectors that use it, computed by the kernels and equal. */
  readonly passed: number;
  /** Vectors that use it and only operators that are planned, and still were not computed: reason → how many. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** What is recorded of a suite: vectors whose operators are all planned. */
export interface SuiteRecord {
  readonly vectors: number;
  readonly passed: number;
  readonly operators: Readonly<Record<string, Row>>;
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
  for (const { operators: used, outcome } of results) {
    for (const op of used) {
      const row = operators.get(op) ?? { passed: 0, skipped: new Map<string, number>() };
      operators.set(op, row);
      if (outcome.verdict === "passed") row.passed++;
      if (outcome.verdict === "skipped") {
        const reason = withoutNames(outcome.reason);
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
  };
}

/** One reason for many vectors: what is quoted or counted differs between them. */
function withoutNames(reason: string): string {
  return reason
    .replace(/^(node\/\S+|memory): /, "")
    .replace(/ ?"[^"]*"/g, "")
    .replace(/^node( \d+)? \((\w+)\):? /, "")
    .replace(/ \[[^\]]*\]/g, "")
    .replace(/^is \w+; only/, "takes or gives another type; only")
    .replace(/^the constant is \w+ in/, "the constant is no float32 in")
    .trim();
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The record as a page for people. */
export function renderRecord(record: ConformanceRecord): string {
  const suites = Object.entries(record);
  const lines = [
    "# `.smyd`: conformance with ONNX's own test vectors",
    "",
    "Written by `pnpm run conformance` in `packages/runtime-smyd`; the tests fail when a vector fails or fewer pass than",
    "this says. Each vector is a model with inputs and outputs: read by `readOnnx`, brought into the canonical form,",
    "written by `writeSmyd`, loaded and run by the backend `smyd` with plain SIMD, then compared with rtol 1e-3 and atol 1e-7, or what the vector comes with. Vectors",
    "of several inputs run twice, all inputs fed and all but the first written as constants, since networks have weights,",
    "paddings and bounds as constants; one of the two must run, and neither may be wrong. A vector counts for every operator",
    "in its model. What was not computed is skipped, with the reason, and has not passed.",
    "",
    "Vectors whose operators are all planned:",
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
    ...TAKEN_OPERATORS.map((op) =>
      renderRow(
        op,
        suites.map(([, suite]) => suite.operators[op]),
      ),
    ),
    "",
  ];
  return lines.join("\n");
}

function renderRow(op: string, rows: readonly (Row | undefined)[]): string {
  const count = (row: Row): number => Object.values(row.skipped).reduce((sum, value) => sum + value, 0);
  const cells = rows.map((row) => (row === undefined ? "0 | 0" : `${row.passed} | ${count(row)}`));
  const reasons = [...new Set(rows.flatMap((row) => Object.keys(row?.skipped ?? {})))].sort();
  return `| ${op} | ${cells.join(" | ")} | ${reasons.join("; ")} |`;
}
