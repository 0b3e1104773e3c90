import { dirname, join } from "node:path";
import { fileSource } from "@samoyed/core/node";
import type { Checkpoint } from "./checkpoint.ts";
import { openCheckpoint } from "./open.ts";

/** Options of `withCheckpoint`. */
export interface WithCheckpointOptions<T> {
  readonly signal?: AbortSignal | undefined;
  readonly work: (checkpoint: Checkpoint) => Promise<T>;
}

/**
 * Runs a function with an open checkpoint file, which is closed afterwards in any case. Shards are opened next to it.
 *
 * @throws the errors of `openCheckpoint` and of the function.
 */
export async function withCheckpoint<T>(path: string, { signal, work }: WithCheckpointOptions<T>): Promise<T> {
  const source = await fileSource(path);
  try {
    // The reader refuses names that leave the folder.
    const resolve = (file: string): ReturnType<typeof fileSource> => fileSource(join(dirname(path), file));
    const checkpoint = await openCheckpoint(source, { resolve, signal });
    try {
      return await work(checkpoint);
    } finally {
      await checkpoint.close();
    }
  } finally {
    await source.close();
  }
}
