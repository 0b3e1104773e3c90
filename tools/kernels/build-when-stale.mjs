import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const STAMP = "sources.sha256";

/** Writes a file at once, so that another process that builds or reads at the same time never sees half of it. */
function writeWhole(path, text) {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}

function readOptional(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Builds a folder of generated files where its sources are not those that it was built from. Every run of tests asks for
 * it, because WebAssembly of other sources than the TypeScript beside it gives wrong numbers that nothing else notices.
 *
 * @param built the folder of generated files
 * @param sources paths of all files that decide what is built, the one that names the compiler's version included
 * @param build returns the generated files' texts by name
 * @returns whether it built
 */
export async function buildWhenStale({ built, sources, build }) {
  const hash = createHash("sha256");
  for (const source of sources) hash.update(createHash("sha256").update(readFileSync(source)).digest());
  const sum = hash.digest("hex");
  const stamp = join(built, STAMP);
  if (readOptional(stamp) === sum) return false;
  mkdirSync(built, { recursive: true });
  // Interrupted, it leaves no stamp.
  rmSync(stamp, { force: true });
  for (const [name, text] of Object.entries(await build())) writeWhole(join(built, name), text);
  writeWhole(stamp, sum);
  return true;
}
