import type { ModelInfo } from "@samoyed/models";
import { isPublished } from "../is-published.ts";

/** In place of a number that is not known. */
const UNKNOWN = "–";
/** Room that a license keeps; longer ones are cut on a narrow screen. */
const LICENSE_WIDTH = 12;

const HEAD = ["params", "GMACs", "input", "classes", "top-1", "license"] as const;

/** Three digits at least: `980k`, `25.6M`, `1.01G`. */
function shortCount(count: number | undefined): string {
  if (count === undefined) return UNKNOWN;
  const [unit, size] = count >= 1e9 ? ["G", 1e9] : count >= 1e6 ? ["M", 1e6] : ["k", 1e3];
  return `${(count / size).toFixed(count >= 100 * size ? 0 : unit === "G" ? 2 : 1)}${unit}`;
}

function giga(count: number | undefined): string {
  if (count === undefined) return UNKNOWN;
  return (count / 1e9).toFixed(count >= 100e9 ? 0 : count >= 1e9 ? 1 : 2);
}

function cellsOf(model: ModelInfo): readonly string[] {
  const [, height, width] = model.preprocess.inputSize;
  return [
    shortCount(model.parameters),
    giga(model.multiplyAdds),
    height === width ? String(height) : `${height}×${width}`,
    String(model.numClasses),
    model.accuracy?.top1.toFixed(1) ?? UNKNOWN,
    isPublished(model) ? model.license.replace(/-license$/u, "") : "no weights",
  ];
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));

/** Options of `modelTable`. */
export interface ModelTableOptions {
  /** Columns of the screen. */
  readonly width: number;
  /** A line below a model's; none where it is undefined. */
  readonly note?: (model: ModelInfo) => string | undefined;
  /** Styles the head. */
  readonly head?: (text: string) => string;
}

/**
 * Models as a table that fits the screen: a name that is too long for its column has a line of its own, and a license
 * that is too long is cut; nothing else is left out.
 */
export function modelTable(
  models: readonly ModelInfo[],
  { width, note, head = (text) => text }: ModelTableOptions,
): string {
  const rows = models.map((model) => ({ model, cells: cellsOf(model) }));
  const widths = HEAD.map((title, i) => widest([title, ...rows.map(({ cells }) => cells[i]!)]));
  const numbers = widths.slice(0, -1).reduce((sum, column) => sum + column + 2, 0);
  const longest = widest(["name", ...models.map(({ name }) => name)]);
  const license = Math.min(widths.at(-1)!, Math.max(LICENSE_WIDTH, width - longest - numbers - 2));
  const nameWidth = Math.min(longest, Math.max(4, width - numbers - license - 2));
  const line = (name: string, cells: readonly string[]): string => {
    const padded = cells.map((cell, i) => {
      if (i < cells.length - 1) return cell.padStart(widths[i]!);
      return cell.length > license ? `${cell.slice(0, license - 1)}…` : cell;
    });
    const rest = padded.join("  ");
    return name.length > nameWidth
      ? `${name}\n${" ".repeat(nameWidth)}  ${rest}`
      : `${name.padEnd(nameWidth)}  ${rest}`;
  };
  return [
    head(line("name", HEAD)),
    ...rows.flatMap(({ model, cells }) => {
      const below = note?.(model);
      return [line(model.name, cells), ...(below === undefined ? [] : [`  ${below}`])];
    }),
  ].join("\n");
}
