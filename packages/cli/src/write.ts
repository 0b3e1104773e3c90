import { dirname } from "node:path";
import type { Sink } from "@samoyed/core";
import { fileSink, removeLeftovers } from "@samoyed/core/node";

/** A file to be. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files, and removes those that dead processes left unfinished in the same folders. None appears before the bytes of all have reached the disk, and each appears whole.
 *
 * @throws IoError when one cannot be written; files whose names were taken before that are as they were.
 */
export async function writeFiles(files: readonly NewFile[]): Promise<void> {
  const sinks: Sink[] = [];
  try {
    for (const { path, bytes } of files) {
      const sink = await fileSink(path);
      sinks.push(sink);
      await sink.write(bytes);
    }
    for (const sink of sinks) await sink.commit();
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) await removeLeftovers(folder);
  } catch (error) {
    for (const sink of sinks) await sink.abort();
    throw error;
  }
}
