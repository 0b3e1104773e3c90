import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, LoadedWeights } from "./engine-source.ts";
import {
  type GraphNode,
  type Model,
  producerOf,
  readWeights,
  type WeightArray,
  type WeightEntry,
} from "@samoyed/tfjs-file";
import { checkSizes, MAX_SIZE_ELEMENTS } from "./check-sizes.ts";
import { findGroupedConvs, type GroupedConv, joinFilters } from "./grouped.ts";
import { GROUPED_CONV } from "./grouped-op.ts";
import type { ModelFiles } from "@samoyed/core";
import { onEngine } from "./switch-engine.ts";

/**
 * Reads a model's weights onto an engine; if the engine computes grouped convolutions, each one that the model
 * expresses as a split becomes one node with one filter.
 *
 * The filters of grouped convolutions are kept until all weights are read: only constants among the weights tell along
 * which axis is split. All others go to the engine at once.
 *
 * @throws UnsupportedError when a constant asks for more memory than networks take.
 */
export async function loadWeights(
  model: Model,
  {
    engine,
    files,
    signal,
  }: { readonly engine: Engine; readonly files: ModelFiles; readonly signal: AbortSignal | undefined },
): Promise<LoadedWeights> {
  const { core } = engine.tf;
  const tensors: Record<string, Tensor> = {};
  const put = async (entry: Pick<WeightEntry, "name" | "shape" | "dtype">, values: WeightArray): Promise<void> => {
    await onEngine(core, engine.source.engine, () => {
      const tensor = core.tensor(values, [...entry.shape], entry.dtype);
      tensors[entry.name] = tensor;
      engine.source.upload?.(engine.tf, tensor);
    });
  };
  const weights = new Map(model.groups.flatMap(({ entries }) => entries.map((entry) => [entry.name, entry] as const)));
  const kept = new Set(model.outputs.map(({ ref }) => producerOf(ref)));
  const native = engine.source.engine === "tensorflow";
  const grouped = native ? findGroupedConvs(model.nodes, { weights, kept }) : [];
  const waiting = new Map<string, WeightArray | undefined>(
    grouped.flatMap((conv) => conv.filters.map((name) => [name, undefined])),
  );
  const constants = new Map<string, readonly number[]>();
  try {
    await readWeights(model, {
      files,
      signal,
      async take(entry, values) {
        if (entry.dtype === "int32" && values.length <= MAX_SIZE_ELEMENTS) constants.set(entry.name, [...values]);
        if (waiting.has(entry.name)) waiting.set(entry.name, values);
        else await put(entry, values);
      },
    });
    checkSizes(model.nodes, { label: model.label, constants });
    const joined: GroupedConv[] = [];
    for (const conv of grouped) {
      const parts = conv.filters.map((name) => waiting.get(name) as Float32Array<ArrayBuffer>);
      if (conv.axes.every((name) => constants.get(name)?.length === 1 && [3, -1].includes(constants.get(name)![0]!))) {
        const { shape, values } = joinFilters(parts, conv.shape);
        await put({ name: filterName(conv), shape, dtype: "float32" }, values);
        joined.push(conv);
      } else {
        for (const [index, name] of conv.filters.entries()) await put(weights.get(name)!, parts[index]!);
      }
      for (const name of conv.filters) waiting.delete(name);
    }
    return { nodes: replaceGrouped(model.nodes, joined), tensors };
  } catch (error) {
    core.dispose(tensors);
    throw error;
  }
}

/** A name that no node of the graph has: the first part's filter is removed with the part. */
function filterName(conv: GroupedConv): string {
  return conv.filters[0]!;
}

function replaceGrouped(nodes: readonly GraphNode[], joined: readonly GroupedConv[]): readonly GraphNode[] {
  const dropped = new Set(
    joined.flatMap((conv) => [...conv.convolutions.map(({ name }) => name), ...conv.filters.slice(1)]),
  );
  const replaced = new Map(
    joined.map((conv) => {
      const attr = conv.convolutions[0]!.attr ?? {};
      return [
        conv.join.name,
        { name: conv.join.name, op: GROUPED_CONV, input: [conv.x, filterName(conv)], attr },
      ] as const;
    }),
  );
  return nodes.filter(({ name }) => !dropped.has(name)).map((node) => replaced.get(node.name) ?? node);
}
