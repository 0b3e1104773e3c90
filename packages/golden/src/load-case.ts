import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile, toIoError } from "@samoyed/core/node";
import { type LoadedCase, openCase } from "./open-case.ts";
import { parseCase } from "./parse-case.ts";

/**
 * Opens the case in a folder.
 *
 * @throws IoError when a file cannot be read; otherwise what `openCase` throws.
 */
export async function loadCase(folder: string): Promise<LoadedCase> {
  return openCase({
    label: folder,
    read: (path) => readRegularFile(join(folder, path)),
  });
}

/** The set of a case that names no sets; checked when no case is named. */
export const DEFAULT_SET = "default";

/**
 * Reads the sets of the case in a folder; reads only case.json.
 *
 * @throws IoError when it cannot be read; otherwise what `parseCase` throws.
 */
export async function setsOfCase(folder: string): Promise<readonly string[]> {
  const path = join(folder, "case.json");
  return parseCase(new TextDecoder().decode(await readRegularFile(path)), path).sets ?? [DEFAULT_SET];
}

/**
 * Finds the names of the cases in a folder, such as `golden/cases`: its subfolders with a case.json, sorted.
 *
 * @throws IoError when the folder cannot be read.
 */
export async function findCases(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    return folders.filter((name) => existsSync(join(root, name, "case.json"))).sort();
  } catch (error) {
    throw toIoError(error, `${root}: cannot be read`);
  }
}
