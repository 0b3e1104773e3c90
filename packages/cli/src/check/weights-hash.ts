import { createHash } from "node:crypto";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";
import { fileSource } from "@samoyed/core/node";
import { siblings } from "../siblings.ts";

/** The SHA-256 over the bytes of all tensors of a checkpoint's state dict, in its order: what cases know weights by. */
export async function weightsSha256(path: string, signal: AbortSignal): Promise<string> {
  const checkpoint = await openCheckpoint(await fileSource(path), { resolve: siblings(path), signal });
  try {
    const hash = createHash("sha256");
    for (const tensor of stateDict(checkpoint).tensors.values()) {
      for await (const chunk of tensor.chunks({ signal })) hash.update(chunk);
    }
    return hash.digest("hex");
  } finally {
    await checkpoint.close();
  }
}
