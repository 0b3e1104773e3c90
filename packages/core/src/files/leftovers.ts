import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "./node-error.ts";
import { machineDigest, parseTemporary, type TemporaryFile } from "./temporary-file.ts";

/** Age from which a temporary file is a leftover whatever its name says: process numbers are used again. */
const MAX_AGE_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A file that a process was writing when it was killed. */
export interface Leftover {
  readonly path: string;
  /** The beginning of the name that the file was to have. */
  readonly name: string;
  readonly byteLength: number;
}

/**
 * Finds the temporary files of dead processes in a folder. A file of a process on another machine is one when it has not
 * been written for a day. Empty where the folder cannot be read.
 */
export async function findLeftovers(folder: string): Promise<readonly Leftover[]> {
  const names = await readdir(folder).catch(() => []);
  const found: Leftover[] = [];
  for (const file of names) {
    const temporary = parseTemporary(file);
    if (temporary === undefined) continue;
    const path = join(folder, file);
    const facts = await lstat(path).catch(() => undefined);
    if (facts?.isFile() !== true) continue;
    if (isDead(temporary) || Date.now() - facts.mtimeMs > MAX_AGE_MILLISECONDS) {
      found.push({ path, name: temporary.name, byteLength: facts.size });
    }
  }
  return found;
}

/** Removes the temporary files of dead processes in a folder; those that cannot be removed stay. */
export async function removeLeftovers(folder: string): Promise<void> {
  const leftovers = await findLeftovers(folder);
  await Promise.allSettled(leftovers.map(({ path }) => rm(path, { force: true })));
}

function isDead({ machine, pid }: TemporaryFile): boolean {
  // Another thread of this process may be writing it.
  if (machine !== machineDigest() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === "ESRCH";
  }
}
