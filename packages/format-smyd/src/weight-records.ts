import type { LazyTensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { isReserved, type WeightRecord } from "@samoyed/smyd-file";
import { chooseLayouts } from "./choose-layouts.ts";
import type { SmydWeights } from "./storage.ts";

/** A weight, and what the file says of it. */
export interface PlannedWeight {
  readonly weight: LazyTensor;
  readonly record: WeightRecord;
}

/**
 * Plans how a graph's weights are stored, in the order of its initializers. Tensors are named like their weights, as
 * far as the format lets them.
 */
export function planWeights(graph: Graph, weights: SmydWeights): readonly PlannedWeight[] {
  const taken = new Set(graph.initializers.keys());
  const fresh = (base: string): string => {
    let name = base;
    for (let count = 1; taken.has(name) || isReserved(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  const layouts = chooseLayouts(graph);
  return Array.from(graph.initializers.values(), (weight) => {
    const { name, shape, dtype } = weight;
    const { layout, groups } = layouts.get(name)!;
    const tensor = isReserved(name) ? fresh(`weight.${name}`) : name;
    const storage = layout === "plain" ? dtype : weights;
    const record = { name, shape, layout, groups, storage, tensor };
    const scaled = layout !== "plain" && weights === "int8";
    return { weight, record: scaled ? { ...record, scale: fresh(`${name}.scale`) } : record };
  });
}
