import type { LazyTensor } from "@samoyed/core";
import type { Graph, Node } from "@samoyed/ir";
import { isReserved, type WeightRecord } from "@samoyed/smyd-file";
import { chooseLayouts } from "./choose-layouts.ts";

/** How weights in panels are stored. */
export type SmydWeights = (typeof SMYD_WEIGHTS)[number];

/** All of them. */
export const SMYD_WEIGHTS = ["float32", "float16", "int8"] as const;

/** A weight, and what the file says of it. */
export interface PlannedWeight {
  readonly weight: LazyTensor;
  readonly record: WeightRecord;
}

/** All weights of a graph. The file has them in this order: initializers, then what nodes have as attributes. */
export interface PlannedWeights {
  readonly initializers: readonly PlannedWeight[];
  /** For each node, its attributes that are tensors. */
  readonly attributes: readonly ReadonlyMap<string, PlannedWeight>[];
}

/** Plans how a graph's weights are stored. Tensors are named like their weights, as far as the format lets them. */
export function planWeights(graph: Graph, weights: SmydWeights): PlannedWeights {
  const taken = new Set(graph.initializers.keys());
  const fresh = (base: string): string => {
    let name = base;
    for (let count = 1; taken.has(name) || isReserved(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  const layouts = chooseLayouts(graph);
  const initializer = (weight: LazyTensor): PlannedWeight => {
    const { name, shape, dtype } = weight;
    const { layout, groups } = layouts.get(name)!;
    const tensor = isReserved(name) ? fresh(`weight.${name}`) : name;
    const storage = layout === "plain" ? dtype : weights;
    const record = { name, shape, layout, groups, storage, tensor };
    const scaled = layout !== "plain" && weights === "int8";
    return { weight, record: scaled ? { ...record, scale: fresh(`${name}.scale`) } : record };
  };
  const attributes = (node: Node): ReadonlyMap<string, PlannedWeight> => {
    const planned = new Map<string, PlannedWeight>();
    for (const [key, { type, value }] of Object.entries(node.attributes)) {
      if (type !== "tensor") continue;
      const tensor = fresh(`${node.name}.${key}`);
      const { shape, dtype: storage, name } = value;
      planned.set(key, {
        weight: value,
        record: { name: name === "" ? tensor : name, shape, layout: "plain", groups: 1, storage, tensor },
      });
    }
    return planned;
  };
  return {
    initializers: Array.from(graph.initializers.values(), initializer),
    attributes: graph.nodes.map(attributes),
  };
}
