import { FormatError } from "@samoyed/core";
import { labelsFromJson } from "./labels-from-json.ts";
import { inOrder, type NumberedName } from "./numbered-names.ts";

/** A number and a name, in either order, with a separator between them: of a table, or only space. */
const NUMBER_FIRST = /^(?<number>\d+)\s*(?<separator>[,;\t]|:?\s)\s*(?<name>\S.*)$/u;
const NAME_FIRST = /^(?<name>.*\S)\s*(?<separator>[,;\t])\s*(?<number>\d+)$/u;

/** A line of a table as a number and a name; `undefined` for another line. */
function readLine(line: string): (NumberedName & { readonly isTable: boolean }) | undefined {
  const { number, separator, name } = (NUMBER_FIRST.exec(line) ?? NAME_FIRST.exec(line))?.groups ?? {};
  if (number === undefined || name === undefined) return undefined;
  return { number: Number(number), name: unquoted(name), isTable: /[,;\t]/.test(separator ?? "") };
}

/** A field of a CSV file without its quotation marks. */
function unquoted(field: string): string {
  return /^".*"$/u.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field;
}

/** Names by number, where every line has both; a table may begin with its columns' names. */
function numberedNames(lines: readonly string[], path: string): readonly string[] | undefined {
  const read = lines.map(readLine);
  const rows = read[0] === undefined && lines.length > 1 ? read.slice(1) : read;
  if (!rows.every((row) => row !== undefined)) return undefined;
  const names = inOrder(rows);
  if (names !== undefined && (names.first === 0 || rows.every(({ isTable }) => isTable))) return names.names;
  // "7 up" may be a name; "7,up" is a class with a number.
  if (!rows.every(({ isTable }) => isTable)) return undefined;
  throw new FormatError(`${path} numbers its classes otherwise than from 0 or 1 on, each once`, {
    hint: "Give one name per class, in class order, one a line.",
  });
}

/**
 * Reads the names of classes, in class order. Text: one name a line; or a number and a name a line, with a space, a comma,
 * a semicolon or a tab between them, in either order, as CSV files have them. JSON: see `labelsFromJson`.
 *
 * @param path for messages.
 * @throws FormatError when a line is empty, numbers are missing or twice there, or JSON is something else.
 */
export function parseLabels(text: string, path: string): readonly string[] {
  if (/^\s*[[{]/u.test(text)) {
    const names = labelsFromJson(text, path);
    if (names !== undefined) return names;
  }
  const lines = text.replace(/^\uFEFF/u, "").split(/\r?\n/u);
  if (lines.at(-1) === "") lines.pop();
  const empty = lines.findIndex((line) => line.trim() === "");
  if (empty >= 0) {
    throw new FormatError(`${path} line ${empty + 1} is empty; expected one class name a line`, {
      hint: "Give one name per class, in class order, and nothing between them.",
    });
  }
  const trimmed = lines.map((line) => line.trim());
  return numberedNames(trimmed, path) ?? trimmed;
}
