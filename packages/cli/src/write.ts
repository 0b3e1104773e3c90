import type { Sink } from "@samoyed/core";

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
