import { basename, dirname, join } from "node:path";
import type { Sink } from "@samoyed/core";
import { sinksInNewFolders } from "@samoyed/core/node";
import { FORMATS } from "./formats.ts";
import { filesOfEarlier, removingAfterCommit } from "./stale-files.ts";

/**
 * Opens output files in a folder, which is made if it is not there, and goes again if nothing comes of it. Where a
 * model of several files takes another one's place, the files that only the old one names are removed when the new one is
 * there.
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
    const format = FORMATS.find(({ entry }) => entry === basename(path));
    if (format === undefined) return sink;
    const earlier = await filesOfEarlier(path, format);
    const stale = (): readonly string[] => earlier.filter((name) => !written.has(join(dirname(path), name)));
    return removingAfterCommit(sink, { path, stale });
  };
}
