import { basename, dirname, join } from "node:path";
import type { Sink } from "@samoyed/core";
import { sinksInNewFolders } from "@samoyed/core/node";
import { removingAfterCommit, shardsOf } from "./stale-shards.ts";

/**
 * Opens output files in a folder, which is made if it is not there, and goes again if nothing comes of it. Where a
 * TensorFlow.js model takes another one's place, the weight files that only the old one names are removed when the new
 * one is there.
 *
 * @returns what `convertCheckpoint` takes as `createSink`; it throws IoError when the folder cannot be written.
 */
export function outputFolder(outDir: string): (file: string) => Promise<Sink> {
  const written = new Set<string>();
  const open = sinksInNewFolders();
  return async (file) => {
    const path = join(outDir, file);
    written.add(path);
    const sink = await open(path);
    if (basename(path) !== "model.json") return sink;
    const earlier = await shardsOf(path);
    const stale = (): readonly string[] => earlier.filter((name) => !written.has(join(dirname(path), name)));
    return removingAfterCommit(sink, { path, stale });
  };
}
