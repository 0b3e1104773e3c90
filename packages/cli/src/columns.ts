import { stripVTControlCharacters } from "node:util";

/** The width of a cell on the screen: code points, without the codes of colors. */
function widthOf(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

/** The least width in which a text is wrapped: narrower columns are harder to read than long lines. */
const LEAST_WIDTH = 32;

/** Lines of a text, broken at spaces. A word that is longer than a line, such as a path, stays whole. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/**
 * Rows as aligned columns, two spaces apart; the last column is not padded. Widths count code points.
 *
 * @param options.width of the screen: the last column is wrapped at words to fit.
 */
export function columns(rows: readonly (readonly string[])[], { width }: { readonly width?: number } = {}): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  return rows
    .flatMap((row) => {
      const before = row.slice(0, -1).map((cell, i) => `${cell}${" ".repeat(widths[i]! - widthOf(cell) + 2)}`);
      const indent = before.reduce((sum, cell) => sum + widthOf(cell), 0);
      const last = row.at(-1) ?? "";
      const rest = width === undefined ? 0 : width - indent;
      const lines = rest >= LEAST_WIDTH ? wrap(last, rest) : [last];
      return lines.map((line, i) => `${i === 0 ? before.join("") : " ".repeat(indent)}${line}`.trimEnd());
    })
    .join("\n");
}

/** Counts as people read them: `Conv 20, Relu 17`. */
export function countsText(counts: Iterable<readonly [name: string, count: number]>): string {
  return Array.from(counts, ([name, count]) => `${name} ${count}`).join(", ");
}

/** A byte count as people read it: `102.4 MB`. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(bytes >= 100 * size ? 0 : 1)} ${unit}`;
  }
  return `${bytes} bytes`;
}
