import { readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Sink } from "@samoyed/core";
import { findLeftovers } from "@samoyed/core/node";
import type { Format } from "@samoyed/graph";

/** A larger entry is not one that we wrote beside files of its size; what it names stays. */
const MAX_ENTRY_BYTES = 64 << 20;

/**
 * The files that entries of earlier models at a path name, and only our own writer calls so: those that a new model
 * would leave behind. They are those of the model that is there, and of one whose conversion was killed when its files
 * were visible and its entry was not. Empty where there is no earlier model, or it is not ours.
 */
export async function filesOfEarlier(path: string, { ownFiles }: Pick<Format, "ownFiles">): Promise<readonly string[]> {
  if (ownFiles === undefined) return [];
  const unfinished = (await findLeftovers(dirname(path))).filter(({ name }) => name === basename(path));
  const entries = [path, ...unfinished.map((leftover) => leftover.path)];
  const named = await Promise.all(entries.map(async (entry) => ownFiles((await readEntry(entry)) ?? "")));
  return named.flat();
}

async function readEntry(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_ENTRY_BYTES) return undefined;
    return await readFile(path, "utf8");
  } catch {
    // It does not exist, or cannot be read: then nothing is known to be ours.
    return undefined;
  }
}

/** The files in a model's folder that only a model of ours of that name has, whichever of them it was. */
export async function ownFilesBeside(
  path: string,
  { isOwnFile }: Pick<Format, "isOwnFile">,
): Promise<readonly string[]> {
  if (isOwnFile === undefined) return [];
  const names = await readdir(dirname(path)).catch(() => []);
  return names.filter((name) => isOwnFile(basename(path), name));
}

/** A sink for an entry that removes files once the new model has taken the old one's place. */
export function removingAfterCommit(
  sink: Sink,
  { path, stale }: { readonly path: string; readonly stale: () => Promise<readonly string[]> },
): Sink {
  return {
    get position(): number {
      return sink.position;
    },
    write: (bytes) => sink.write(bytes),
    patch: (offset, bytes) => sink.patch(offset, bytes),
    abort: () => sink.abort(),
    async commit(): Promise<void> {
      await sink.commit();
      // The model is whole without this: a file that cannot be removed takes space and does no harm.
      await Promise.allSettled((await stale()).map((name) => rm(join(dirname(path), name), { force: true })));
    },
  };
}
