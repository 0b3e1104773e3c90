// What a sweep has found, one line of JSON for each name, so that it can be interrupted.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";

function lineOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    // The last line of a run that was stopped while it wrote.
    return undefined;
  }
}

/**
 * Opens the results of earlier runs.
 *
 * @returns `get(name, hash)`, the result of a name whose architecture had that hash, and `add(result)`.
 */
export function openResults(path, { fresh }) {
  if (fresh) rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").map(lineOf).filter(Boolean) : [];
  const known = new Map(lines.map((result) => [result.name, result]));
  return {
    get(name, hash) {
      const found = known.get(name);
      return found?.hash === hash ? found : undefined;
    },
    add(result) {
      known.set(result.name, result);
      appendFileSync(path, `${JSON.stringify(result)}\n`);
    },
  };
}
