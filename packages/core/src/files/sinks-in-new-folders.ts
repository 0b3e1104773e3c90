import { dirname } from "node:path";
import { fileSink } from "./file-sink.ts";
import { removeLeftovers } from "./leftovers.ts";
import { makeFolder } from "./make-folder.ts";
import type { Sink } from "../io/sink.ts";
import { addUnfinishedFolder, dropUnfinishedFolder, removeUnfinishedFolders } from "./unfinished-files.ts";

/**
 * Opens file sinks, creating their folders where they do not exist. Folders that were created are removed, if nothing
 * is in them, when a sink is aborted or cannot be opened, and when the process ends before a sink is committed. When the
 * last sink is committed, temporary files of dead processes are removed from the folders.
 *
 * @returns a function like `fileSink`, whose sinks share the folders they created; it throws what `makeFolder` and `fileSink` throw.
 */
export function sinksInNewFolders(): (path: string) => Promise<Sink> {
  const made = new Set<string>();
  const used = new Set<string>();
  let open = 0;
  const forget = (): void => {
    for (const folder of made) dropUnfinishedFolder(folder);
  };
  const abandon = (): void => {
    removeUnfinishedFolders(made);
    // A folder that is not empty now contains another program's file.
    if (--open === 0) forget();
  };
  return async (path) => {
    let sink: Sink;
    let isOpen = true;
    open++;
    used.add(dirname(path));
    try {
      await makeFolder(dirname(path), (folder) => {
        made.add(folder);
        addUnfinishedFolder(folder);
      });
      sink = await fileSink(path);
    } catch (error) {
      abandon();
      throw error;
    }
    return {
      get position(): number {
        return sink.position;
      },
      write: (bytes) => sink.write(bytes),
      patch: (offset, bytes) => sink.patch(offset, bytes),
      rename: (name) => sink.rename?.(name),
      async commit(): Promise<void> {
        await sink.commit();
        forget();
        isOpen = false;
        // Everything is there: what runs that were killed left behind is of no use.
        if (--open === 0) await Promise.all(Array.from(used, removeLeftovers));
      },
      async abort(): Promise<void> {
        await sink.abort();
        if (isOpen) abandon();
        isOpen = false;
      },
    };
  };
}
