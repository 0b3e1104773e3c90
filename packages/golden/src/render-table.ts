import type { ReportColumn } from "./report-column.ts";
import { cellOf, type ReportNote, type ReportRow, reportTable, weightsText } from "./report-rows.ts";
import type { CaseResult, Verdict } from "./result.ts";
import { summarize } from "./summarize.ts";
import { summaryText } from "./summary-text.ts";

/** Options of `renderTable`. */
export interface RenderTableOptions {
  /** Whether to color; a caller that honors NO_COLOR passes false. Every color is also expressed in words. */
  readonly color: boolean;
  /** Columns of the terminal: sentences wrap to it, and a table drops its last columns. */
  readonly width: number;
  /** Required backends, for the last lines. */
  readonly required?: readonly string[];
}

const RESET = "\u001b[0m";
const BOLD = "\u001b[1m";
const DIM = "\u001b[2m";
const COLORS: Readonly<Record<Verdict["kind"], string>> = {
  passed: "\u001b[32m",
  failed: "\u001b[31m",
  crashed: "\u001b[31m",
  contradicted: "\u001b[33m",
  "not run": "\u001b[33m",
};

/** The narrowest width that sentences wrap to: below it they would be a column of words. */
const MIN_WIDTH = 40;

/** Renders the report for a terminal: one aligned table per case, notes below, and the counts at the end. */
export function renderTable(results: readonly CaseResult[], options: RenderTableOptions): string {
  const paint = (style: string | undefined, raw: string): string => {
    const text = printable(raw);
    return options.color && style !== undefined && text !== "" ? `${style}${text}${RESET}` : text;
  };
  const width = Math.max(options.width, MIN_WIDTH);
  const blocks = results.map((result) => {
    const { columns: all, rows, notes } = reportTable(result);
    const columns = fitting(all, { rows, width });
    const images = `${result.images} image${result.images === 1 ? "" : "s"}`;
    const lines = [paint(BOLD, `${result.name}: ${result.title}`), paint(DIM, `${result.model}, ${images}`)];
    lines.push(paint(result.standIn ? COLORS.contradicted : DIM, weightsText(result)));
    lines.push("");
    const widths = columns.map((column) => widthOf(column, rows));
    const line = (cell: (index: number) => string, style: (index: number) => string | undefined): string =>
      columns
        .map((_, index) => paint(style(index), cell(index)) + " ".repeat(widths[index]! - size(cell(index))))
        .join("  ")
        .trimEnd();
    lines.push(
      `  ${line(
        (index) => columns[index]!.title,
        () => DIM,
      )}`,
    );
    for (const row of rows) {
      const style = (index: number): string | undefined => styleOf(row, columns[index]!.key);
      lines.push(`  ${line((index) => cellOf(row, columns[index]!.key), style)}`);
    }
    lines.push("");
    for (const note of notes) {
      for (const text of wrap(markOf(note) + note.text, width - 2)) lines.push(`  ${paint(colorOf(note), text)}`);
      // Not wrapped: it may be a command to copy.
      if (note.fix !== undefined) lines.push(`    ${paint(undefined, note.fix)}`);
    }
    return lines.join("\n");
  });
  const summary = summarize(results, options.required ? { required: options.required } : {});
  return `${[...blocks, summaryText(summary)].join("\n\n")}\n`;
}

/** The columns that a terminal has room for; the JSON and the HTML have all of them. */
function fitting(
  columns: readonly ReportColumn[],
  { rows, width }: { readonly rows: readonly ReportRow[]; readonly width: number },
): readonly ReportColumn[] {
  const total = columns.reduce((sum, column) => sum + widthOf(column, rows) + 2, 0);
  if (total <= width) return columns;
  const first = Math.min(...columns.map(({ leftOut = Infinity }) => leftOut));
  if (first === Infinity) return columns;
  return fitting(
    columns.filter(({ leftOut }) => leftOut !== first),
    { rows, width },
  );
}

function widthOf({ key, title }: ReportColumn, rows: readonly ReportRow[]): number {
  return Math.max(size(title), ...rows.map((row) => size(cellOf(row, key))));
}

function styleOf(row: ReportRow, key: string): string | undefined {
  if (row.verdict === undefined) return DIM;
  return key === "verdict" ? COLORS[row.verdict] : undefined;
}

function markOf(note: ReportNote): string {
  return note.kind === "failed" ? "failed: " : "";
}

function colorOf(note: ReportNote): string | undefined {
  return note.kind === "note" || note.kind === "passed" ? undefined : COLORS[note.kind];
}

function size(text: string): number {
  return Array.from(text).length;
}

/** Removes control characters: labels and error messages come from files. */
function printable(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ? "\ufffd" : character;
  }).join("");
}

/** Breaks a sentence between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && size(line) + 1 + size(word) > width) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
