import { type LazyTensor, readGrid, type ReadOptions } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { isReserved, type WeightRecord } from "@samoyed/smyd-file";
import { type ChosenLayout, chooseLayouts } from "./choose-layouts.ts";
import { INT8_RANGE, type SmydWeights } from "./storage.ts";

/** A weight, and what the file says of it. */
export interface PlannedWeight {
  readonly weight: LazyTensor;
  readonly record: WeightRecord;
  /** For int8: one for each output channel, of which the weight's elements are multiples; absent if they are chosen. */
  readonly scales?: Float32Array;
}

/**
 * Plans how a graph's weights are stored, in the order of its initializers. Tensors are named like their weights, as
 * far as the format lets them.
 *
 * @param weights storage of what is packed; where it is absent, float32, or int8 where that is what a weight is made of
 */
export async function planWeights(
  graph: Graph,
  { weights, reading }: { readonly weights: SmydWeights | undefined; readonly reading: ReadOptions },
): Promise<readonly PlannedWeight[]> {
  const taken = new Set(graph.initializers.keys());
  const fresh = (base: string): string => {
    let name = base;
    for (let count = 1; taken.has(name) || isReserved(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  const layouts = chooseLayouts(graph);
  const planned: PlannedWeight[] = [];
  for (const weight of graph.initializers.values()) {
    const { name, shape, dtype } = weight;
    const { layout, groups } = layouts.get(name)!;
    const tensor = isReserved(name) ? fresh(`weight.${name}`) : name;
    const scales = (weights ?? "int8") === "int8" ? await channelScales(weight, layout, reading) : undefined;
    const storage = layout === "plain" ? dtype : (weights ?? (scales === undefined ? "float32" : "int8"));
    const record = { name, shape, layout, groups, storage, tensor };
    const scaled = layout !== "plain" && storage === "int8";
    planned.push({
      weight,
      record: scaled ? { ...record, scale: fresh(`${name}.scale`) } : record,
      ...(scales && { scales }),
    });
  }
  return planned;
}

/** The scales of the int8 that a weight is made of, one for each output channel; `undefined` where it is not. */
async function channelScales(
  weight: LazyTensor,
  layout: ChosenLayout["layout"],
  reading: ReadOptions,
): Promise<Float32Array | undefined> {
  if (layout === "plain") return undefined;
  const grid = await readGrid(weight, reading);
  if (grid === undefined || grid.least < INT8_RANGE[0] || grid.most > INT8_RANGE[1]) return undefined;
  const axis = layout === "panel8-transposed" ? 1 : 0;
  if (grid.scales.length === 1) return new Float32Array(weight.shape[axis]!).fill(grid.scales[0]!);
  return grid.axis === axis ? grid.scales : undefined;
}
