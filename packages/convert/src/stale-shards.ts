import { readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Sink } from "@samoyed/core";

/** How our own writer names weight files; nothing else is ever removed. */
const SHARD = /^group1-shard\d+of\d+\.bin$/u;

/** A larger model.json is none that we wrote beside weights of its size; what it names stays. */
const MAX_MODEL_JSON_BYTES = 64 << 20;

/**
 * The weight files that the model.json at a path names: those that a new model of fewer files would leave behind. None
 * where there is no model.json, or none of ours.
 */
export async function shardsOf(path: string): Promise<readonly string[]> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_MODEL_JSON_BYTES) return [];
    const { weightsManifest } = JSON.parse(await readFile(path, "utf8")) as { weightsManifest?: unknown };
    const groups = (Array.isArray(weightsManifest) ? weightsManifest : []) as ({ paths?: unknown } | null)[];
    return groups
      .flatMap((group) => group?.paths)
      .filter((name): name is string => typeof name === "string" && SHARD.test(name));
  } catch {
    // There is none, or it cannot be read or understood: then nothing is known to be ours.
    return [];
  }
}

/** A sink for a model.json that removes weight files once the new model has taken the old one's place. */
export function removingAfterCommit(
  sink: Sink,
  { path, stale }: { readonly path: string; readonly stale: () => readonly string[] },
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
      await Promise.allSettled(stale().map((name) => rm(join(dirname(path), name), { force: true })));
    },
  };
}
