import { stripVTControlCharacters } from "node:util";

/** The width of a cell on the screen: code points, without the codes of colors. */
function widthOf(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

/** Rows as aligned columns, two spaces apart; the last column is not padded. Widths count code points. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell + " ".repeat(widths[i]! - widthOf(cell))))
        .join("  ")
        .trimEnd(),
    )
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
