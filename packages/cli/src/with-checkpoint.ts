import { type Checkpoint, openCheckpoint } from "@samoyed/checkpoint";
import { fileSource } from "@samoyed/core/node";
import { siblings } from "./siblings.ts";

/** Runs work with an open checkpoint, which is closed afterwards, whatever happens. */
export async function withCheckpoint<T>(
  path: string,
  { signal, work }: { readonly signal: AbortSignal; readonly work: (checkpoint: Checkpoint) => Promise<T> },
): Promise<T> {
  const source = await fileSource(path);
  try {
    const checkpoint = await openCheckpoint(source, { resolve: siblings(path), signal });
    try {
      return await work(checkpoint);
    } finally {
      await checkpoint.close();
    }
  } finally {
    await source.close();
  }
}
