import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { MismatchError } from "@samoyed/core";
import { readRegularFile, toIoError } from "@samoyed/core/node";
import { type LoadedCase, openCase } from "./open-case.ts";
import { parseCase } from "./parse-case.ts";

/**
 * Opens the case in a folder.
 *
 * @throws IoError when a file cannot be read, MismatchError when the case has another name than its folder; otherwise what
 * `openCase` throws.
 */
export async function loadCase(folder: string): Promise<LoadedCase> {
  const loaded = await openCase({
    label: folder,
    read: (path) => readRegularFile(join(folder, path)),
  });
  const { name } = loaded.case;
  if (name !== basename(resolve(folder))) {
    throw new MismatchError(`${join(folder, "case.json")}: the case's name is ${name}; expected its folder's`, {
      hint: `Rename the folder to ${name}, or the case.`,
    });
  }
  return loaded;
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
