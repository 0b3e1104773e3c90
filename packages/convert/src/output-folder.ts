import { basename, dirname, join } from "node:path";
import type { Sink } from "@samoyed/core";
import { sinksInNewFolders } from "@samoyed/core/node";
import { FORMATS } from "./formats.ts";
import { filesOfEarlier, ownFilesBeside, removingAfterCommit } from "./stale-files.ts";

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
    const isNew = (name: string): boolean => written.has(join(dirname(path), name));
    const format = FORMATS.find(({ entry, ending }) =>
      entry === undefined ? path.endsWith(ending) : entry === basename(path),
    );
    if (format === undefined) return following(sink, (name) => void written.add(join(dirname(path), name)));
    const earlier = await filesOfEarlier(path, format);
    return removingAfterCommit(sink, {
      path,
      stale: async () => [...earlier, ...(await ownFilesBeside(path, format))].filter((name) => !isNew(name)),
    });
  };
}

/** A sink that tells its new name. */
function following(sink: Sink, renamed: (name: string) => void): Sink {
  if (sink.rename === undefined) return sink;
  return {
    get position(): number {
      return sink.position;
    },
    write: (bytes) => sink.write(bytes),
    patch: (offset, bytes) => sink.patch(offset, bytes),
    rename(name) {
      sink.rename!(name);
      renamed(name);
    },
    commit: () => sink.commit(),
    abort: () => sink.abort(),
  };
}
