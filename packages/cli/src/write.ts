import { mkdir } from "node:fs/promises";
import type { Sink } from "@samoyed/core";
import { toIoError } from "@samoyed/core/node";

/** Writes bytes through a sink: the file appears whole or not at all. */
export async function writeWhole(sink: Sink, bytes: Uint8Array): Promise<void> {
  try {
    await sink.write(bytes);
    await sink.commit();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** Makes a folder, and those above it, unless it is there. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw toIoError(error, `${path}: cannot be made`);
  }
}
