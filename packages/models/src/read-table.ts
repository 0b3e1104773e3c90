import { FormatError, type JsonSchema, schemaProblem } from "@samoyed/core";
import { readDocument } from "./catalogue/document.ts";
import { readData } from "./catalogue/read-data.ts";

/** Largest table, decompressed, in bytes: ten times the largest one. */
const MAX_BYTES = 8 * 2 ** 20;

/** The error for a table that is not what it must be. */
export function damagedTable(file: string, problem: string): FormatError {
  return new FormatError(`${file}: the file is damaged: ${problem}`, { hint: "Install @samoyed/architectures again." });
}

/**
 * Reads a table of `@samoyed/architectures`.
 *
 * @throws what `readData` and `readDocument` throw; FormatError when it does not have the schema.
 */
export async function readTable(file: string, schema: JsonSchema): Promise<unknown> {
  const { document } = await readDocument(readData, file, { maxBytes: MAX_BYTES });
  const problem = schemaProblem(document, schema, "table");
  if (problem !== undefined) throw damagedTable(file, problem);
  return document;
}
