import { dirname, join } from "node:path";
import type { Sink } from "@samoyed/core";
import { fileSink, makeFolder } from "@samoyed/core/node";

/**
 * Opens output files in a folder, which is made if it is not there.
 *
 * @returns what `convertCheckpoint` takes as `createSink`; it throws IoError when the folder cannot be written.
 */
export function outputFolder(outDir: string): (file: string) => Promise<Sink> {
  return async (file) => {
    const path = join(outDir, file);
    await makeFolder(dirname(path));
    return fileSink(path);
  };
}
