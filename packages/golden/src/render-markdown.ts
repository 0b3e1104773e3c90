import type { Report } from "./report.ts";
import { cellOf, reportTable } from "./report-rows.ts";
import { summaryText } from "./summary-text.ts";

/** Characters that Markdown or HTML would read as more than text. */
const SPECIAL = /[\\`*_{}[\]<>()#+!|~&-]/gu;

function escape(text: string): string {
  return text.replaceAll(/[\r\n]+/gu, " ").replaceAll(SPECIAL, (character) => `&#${character.codePointAt(0)};`);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Renders a report as GitHub's Markdown, for the summary of a workflow: the verdict first, then a table for each case. */
export function renderMarkdown({ cases, summary }: Report): string {
  const blocks = cases.map((result) => {
    const { columns, rows, notes } = reportTable(result);
    return [
      `### ${escape(result.name)}`,
      "",
      line(columns.map(({ title }) => escape(title))),
      line(columns.map(() => "---")),
      ...rows.map((row) => line(columns.map(({ key }) => escape(cellOf(row, key))))),
      "",
      ...notes.filter(({ kind }) => kind !== "passed").map(({ text }) => `- ${escape(text)}`),
    ].join("\n");
  });
  const verdict = summary.exitCode === 0 ? "passed" : summary.exitCode === 1 ? "failed" : "incomplete";
  return `${[`## samoyed check: ${verdict}`, escape(summaryText(summary)), ...blocks].join("\n\n")}\n`;
}
