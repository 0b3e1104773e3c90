import type { ConformanceRecord, Row } from "./record.ts";

/** Contents of an engine's page. */
export interface ConformancePage {
  readonly title: string;
  /** How the vectors were run; lines of Markdown. */
  readonly intro: readonly string[];
  /** The rows of the table of operators. Default: all recorded operators. */
  readonly operators?: readonly string[];
}

/** Renders a record as a page for readers. */
export function renderRecord(record: ConformanceRecord, { title, intro, operators }: ConformancePage): string {
  const suites = Object.entries(record);
  const used = [...new Set(suites.flatMap(([, suite]) => Object.keys(suite.operators)))].sort();
  const lines = [
    `# ${title}`,
    "",
    ...intro,
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
    ...(operators ?? used).map((op) =>
      renderRow(
        op,
        suites.map(([, suite]) => suite.operators[op]),
      ),
    ),
    ...renderMissing(record),
    "",
  ];
  return lines.join("\n");
}

function skippedVectors(row: Row): number {
  return Object.values(row.skipped).reduce((sum, count) => sum + count, 0);
}

function renderRow(op: string, rows: readonly (Row | undefined)[]): string {
  const cells = rows.map((row) => (row === undefined ? "0 | 0" : `${row.passed} | ${skippedVectors(row)}`));
  const reasons = [...new Set(rows.flatMap((row) => Object.keys(row?.skipped ?? {})))].sort();
  return `| ${op} | ${cells.join(" | ")} | ${reasons.join("; ")} |`;
}

function renderMissing(record: ConformanceRecord): string[] {
  const suites = Object.values(record);
  const missing = [...new Set(suites.flatMap((suite) => Object.keys(suite.missing ?? {})))].sort();
  if (missing.length === 0) return [];
  return [
    "",
    "## Operators that are missing",
    "",
    "With the number of vectors that need them, all skipped:",
    "",
    ...missing.map((op) => `- ${op} (${suites.map((suite) => suite.missing?.[op] ?? 0).join(" + ")})`),
  ];
}
