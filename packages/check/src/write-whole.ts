import { type Sink, throwIfAborted } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";

/** Writes a file that appears whole or not at all. */
export async function writeWhole(
  path: string,
  signal: AbortSignal | undefined,
  write: (sink: Sink) => Promise<void>,
): Promise<void> {
  const sink = await fileSink(path);
  try {
    throwIfAborted(signal);
    await write(sink);
    await sink.commit();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
