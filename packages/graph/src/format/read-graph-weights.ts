import { readFloat32 } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import type { ReadWeightsOptions } from "./format.ts";

/** Gives the weights of a graph: those that `castWeights` halved under the names that their casts give back. */
export async function readGraphWeights(
  { nodes, initializers }: Pick<Graph, "nodes" | "initializers">,
  { wanted, take, signal }: Omit<ReadWeightsOptions, "shapes">,
): Promise<void> {
  const casts = new Map(nodes.filter(({ op }) => op === "Cast").map(({ inputs, outputs }) => [inputs[0], outputs[0]]));
  for (const tensor of initializers.values()) {
    const name = casts.get(tensor.name) ?? tensor.name;
    if (wanted(name)) await take(name, await readFloat32(tensor, { signal }));
  }
}
