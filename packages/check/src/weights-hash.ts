import { createHash } from "node:crypto";
import { stateDict } from "@samoyed/checkpoint";
import { withCheckpoint } from "@samoyed/checkpoint/node";
import { fileSource, hashSource } from "@samoyed/core/node";

/** The SHA-256 over the bytes of all tensors of a checkpoint's state dict, in its order: what cases know weights by. */
export async function weightsSha256(path: string, signal: AbortSignal | undefined): Promise<string> {
  return withCheckpoint(path, {
    signal,
    async work(checkpoint) {
      const hash = createHash("sha256");
      for (const tensor of stateDict(checkpoint).tensors.values()) {
        for await (const chunk of tensor.chunks({ signal })) hash.update(chunk);
      }
      return hash.digest("hex");
    },
  });
}

/** The SHA-256 of a file. */
export async function fileSha256(path: string, signal: AbortSignal | undefined): Promise<string> {
  const source = await fileSource(path);
  try {
    return await hashSource(source, { signal });
  } finally {
    await source.close();
  }
}
