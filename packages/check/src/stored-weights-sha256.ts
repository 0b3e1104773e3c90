import { stateDict } from "@samoyed/checkpoint";
import { modelFilesAt } from "@samoyed/core/node";
import { weightsDigest } from "@samoyed/golden";
import type { Format } from "@samoyed/graph";
import { withCheckpoint } from "@samoyed/checkpoint/node";
import { isParameter } from "./is-parameter.ts";

/**
 * The SHA-256 of the weights of an artifact, as an engine computes with them. They are read from the artifact itself,
 * so that one that was written wrong is found out.
 *
 * @param artifact - The model's file, or its entry.
 * @throws MismatchError when a weight is not one of the checkpoint's.
 */
export async function storedWeightsSha256(
  artifact: string,
  options: { readonly format: Format; readonly checkpoint: string; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const { format, checkpoint, signal } = options;
  const digest = weightsDigest();
  const shapes = await withCheckpoint(checkpoint, {
    signal,
    work: async (opened) => new Map(Array.from(stateDict(opened).tensors, ([name, { shape }]) => [name, shape])),
  });
  await format.readWeights(modelFilesAt(artifact), {
    shapes,
    wanted: isParameter,
    take: (name, values) => digest.add(name, values),
    signal,
  });
  return digest.sha256();
}
