import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RUNTIMES } from "./runtimes.mjs";
import { INSTALLED } from "./tool.mjs";

/** A run of every place takes long; the last result of each is kept, so that the page can be written from several. */
const RESULTS = join(INSTALLED, "results");

/** Keeps the cells of a place. */
export async function keepResult(place, cells) {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${place}.json`), JSON.stringify(cells));
}

/** The cells of a place's last run on this machine; `not run` when there was none. */
export async function lastResult(place) {
  try {
    return JSON.parse(await readFile(join(RESULTS, `${place}.json`), "utf8"));
  } catch {
    const never = { verdict: "not run", note: "not tried yet" };
    return Object.fromEntries(RUNTIMES.map(({ name }) => [name, never]));
  }
}
