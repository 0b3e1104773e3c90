// Imports of source files, read from their text.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Lists every import, export-from and dynamic import specifier of a source text. */
export function importsOf(text) {
  const pattern =
    /(?:^|[\s;])(?:import|export)\s(?:[^"';]*?\sfrom\s*)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]);
}

/** Lists the TypeScript files in a folder and below, including tests. */
export function typescriptFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Returns the workspace package of an import specifier, without its scope, or `undefined`. */
export function packageOf(specifier) {
  return /^@samoyed\/([^/]+)/.exec(specifier)?.[1];
}
