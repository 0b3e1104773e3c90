import type { Artifact } from "@samoyed/runtime";
import { filesInNode } from "./model-files-node.ts";
import { readModel } from "./read-model.ts";
import { readWeights, type TakeWeight } from "./read-weights.ts";

/**
 * Reads a model's weights as engines are given them, dequantised, in the manifest's order. No engine is needed.
 *
 * @throws what loading the model throws for damaged files.
 */
export async function readModelWeights(
  artifact: Artifact,
  { take, signal }: { readonly take: TakeWeight; readonly signal?: AbortSignal },
): Promise<void> {
  const files = await filesInNode(artifact);
  await readWeights(await readModel(files, signal), { files, take, signal });
}
