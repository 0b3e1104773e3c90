import type { Sink } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";

/** A file to be. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files. None appears before the bytes of all have reached the disk, and each appears whole.
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
  } catch (error) {
    for (const sink of sinks) await sink.abort();
    throw error;
  }
}
