import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { toIoError } from "@samoyed/core/node";
import { type LoadedCase, openCase } from "./open-case.ts";

/**
 * Opens the case in a folder.
 *
 * @throws IoError when a file cannot be read; otherwise what `openCase` throws.
 */
export async function loadCase(folder: string): Promise<LoadedCase> {
  return openCase({
    label: folder,
    read: async (path) => {
      try {
        return new Uint8Array(await readFile(join(folder, path)));
      } catch (error) {
        throw toIoError(error, `${join(folder, path)}: cannot be read`);
      }
    },
  });
}

/**
 * The names of the cases under a folder, such as `golden/cases`: its subfolders with a case.json, sorted.
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
