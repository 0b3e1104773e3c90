import { type ReadOptions, tensorByteLength } from "@samoyed/core";
import { requireCanonical } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { isReadByPlanner, type SmydWeight } from "@samoyed/smyd-file";
import { plainAttributes } from "./plain-attributes.ts";
import type { SmydWeights } from "./storage.ts";
import { planWeights, type PlannedWeight } from "./weight-records.ts";

/** A graph as its `.smyd` file would describe it, with the constants that planning reads. */
export interface SmydOutline {
  /** Offsets of weights that are not in `data` mean nothing. */
  readonly graph: Graph<SmydWeight>;
  /** The constants that planning reads: integers and scalars. */
  readonly data: Uint8Array;
}

const ALIGNMENT = 8;

/** Describes a graph as `writeSmyd` would, without writing it; of the weights only small constants are read. */
export async function outlineSmyd(
  graph: Graph,
  { weights, ...reading }: ReadOptions & { readonly weights?: SmydWeights | undefined } = {},
): Promise<SmydOutline> {
  requireCanonical(graph);
  const parts: Uint8Array[] = [];
  let length = 0;
  const outline = async ({ weight, record }: PlannedWeight): Promise<SmydWeight> => {
    const { name, shape, layout, groups, storage } = record;
    const byteLength = tensorByteLength(storage, shape);
    const common = { name, dtype: weight.dtype, shape, layout, groups, storage, offset: 0, byteLength };
    if (layout !== "plain")
      return record.scale === undefined ? common : { ...common, scale: { offset: 0, byteLength: 0 } };
    if (!isReadByPlanner(common)) return common;
    const offset = length;
    parts.push(await weight.read(reading));
    length += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    return { ...common, offset };
  };
  const initializers = new Map<string, SmydWeight>();
  for (const entry of await planWeights(graph, { weights, reading }))
    initializers.set(entry.record.name, await outline(entry));
  const nodes = graph.nodes.map((node) => ({ ...node, attributes: plainAttributes(node) }));
  const data = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += Math.ceil(part.byteLength / ALIGNMENT) * ALIGNMENT;
  }
  return { graph: { ...graph, nodes, initializers }, data };
}
