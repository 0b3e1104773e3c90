import { readFloat32 } from "@samoyed/core";
import type { OnnxModel } from "@samoyed/format-onnx";
import type { WeightsDigest } from "@samoyed/golden";
import { isParameter } from "./is-parameter.ts";

/** Adds the weights of a graph to a digest: those in half precision under the names that their casts give them. */
export async function addGraphWeights(
  { nodes, initializers }: OnnxModel["graph"],
  { digest, signal }: { readonly digest: WeightsDigest; readonly signal: AbortSignal },
): Promise<void> {
  const casts = new Map(nodes.filter(({ op }) => op === "Cast").map(({ inputs, outputs }) => [inputs[0], outputs[0]]));
  for (const tensor of initializers.values()) {
    const name = casts.get(tensor.name) ?? tensor.name;
    if (isParameter(name)) await digest.add(name, await readFloat32(tensor, { signal }));
  }
}
