import { type Contract, readGrid, type ReadOptions, type Sink, UsageError } from "@samoyed/core";
import { requireCanonical } from "@samoyed/graph";
import { type Graph, requireContractPorts } from "@samoyed/ir";
import type { DoorLayout } from "./door-layout.ts";
import { DEFAULT_GROUP_BUDGET } from "./group-cost.ts";
import { type Lowered, lowerGraph, requireLowered } from "./lower-graph.ts";
import { modelJson, sourceHashOffset } from "./model-json.ts";
import type { StoredWeights } from "./quantize.ts";
import type { WeightEntry } from "./tf-graph.ts";
import { type Stored, storedAs, writeWeights } from "./write-weights.ts";

/** Options of `prepareTfjs`. */
export interface PrepareTfjsOptions extends ReadOptions {
  /** Travels in `userDefinedMetadata`, under `samoyed`. */
  readonly contract?: Contract;
  /** The layout of images at the boundary; inside, channels are last. `nchw` when absent. */
  readonly layout?: DoorLayout;
  /**
   * Storage of filters and matrices; what has one axis stays float32. When absent, uint8 for those that are 8-bit
   * integers times one scale in the source, which loses nothing, else float32.
   */
  readonly weights?: StoredWeights | undefined;
  /** By how much merging groups may make the weights larger: 0.1 is a tenth, and the default; 0 merges nothing. */
  readonly groupBudget?: number;
}

/** Where `PreparedTfjs.write` writes. */
export interface TfjsOutput extends ReadOptions {
  /** Opens an output file by its name within the model's folder. The caller commits or aborts the sinks. */
  readonly createSink: (file: string) => Promise<Sink>;
}

/** Options of `writeTfjs`. */
export type WriteTfjsOptions = PrepareTfjsOptions & TfjsOutput;

/** A graph that was lowered, and is to be written if nothing of it was refused. */
export interface PreparedTfjs {
  readonly lowered: Lowered;
  /** How each weight is stored. */
  readonly stored: readonly Stored[];
  readonly write: (output: TfjsOutput) => Promise<WrittenTfjs>;
}

/** Result of `writeTfjs`. */
export interface WrittenTfjs {
  /** Offset of the digits of the contract's `source.sha256` in model.json; `undefined` where it has none. */
  readonly sourceHashOffset: number | undefined;
}

/**
 * Writes a graph as a TensorFlow.js graph model, which `tf.loadGraphModel` of plain TensorFlow.js loads: weights in
 * files of 4 MiB named `group1-shard1ofN-DIGEST.bin`, then `model.json`. The same graph gives the same bytes.
 *
 * Weights stream: the largest tensor is in memory once, one file, and up to ten blocks of 1 MiB. The sinks are neither committed nor
 * aborted: that is the caller's, who opened them.
 *
 * @throws UnsupportedError when an operator cannot be written, naming the node, or a weight stored as asked.
 * @throws UsageError when the contract names other ports than the graph has, or the budget is negative.
 * @throws ShapeError when a tensor yields more or fewer bytes than its shape has.
 *
 * Matches TensorFlow.js 4.22.
 */
export async function writeTfjs(graph: Graph, options: WriteTfjsOptions): Promise<WrittenTfjs> {
  requireCanonical(graph);
  const { lowered, write } = await prepareTfjs(graph, options);
  requireLowered(graph.name, lowered);
  return write(options);
}

/**
 * Lowers a graph, of which nothing is written yet; of the weights only small constants are read.
 *
 * @throws UsageError when the contract names other ports than the graph has, or the budget is negative.
 */
export async function prepareTfjs(graph: Graph, options: PrepareTfjsOptions): Promise<PreparedTfjs> {
  const { contract, layout = "nchw", weights, groupBudget = DEFAULT_GROUP_BUDGET, signal } = options;
  if (!(groupBudget >= 0)) {
    throw new UsageError(`groupBudget is ${groupBudget}; expected 0 or more, such as 0.1 for a tenth`);
  }
  requireContractPorts(graph, contract);
  const reading: ReadOptions = signal === undefined ? {} : { signal };
  const lowered = await lowerGraph(graph, { layout, groupBudget, ...reading });
  const entries = await withExactLines(inSourceOrder(lowered.graph.weights, graph), reading);
  return {
    lowered,
    stored: entries.map((entry) => storedAs(entry, weights)),
    async write({ createSink, ...writing }) {
      const written = await writeWeights(entries, { weights, createSink, reading: writing });
      const sink = await createSink("model.json");
      await sink.write(new TextEncoder().encode(modelJson(lowered.graph, { contract, layout, written })));
      return { sourceHashOffset: sourceHashOffset(contract) };
    },
  };
}

/** Weights, those that 8 bits hold exactly with their line. TensorFlow.js has one scale for all of a weight's elements. */
async function withExactLines(entries: readonly WeightEntry[], reading: ReadOptions): Promise<readonly WeightEntry[]> {
  const found: WeightEntry[] = [];
  for (const entry of entries) {
    const grid = entry.compressible ? await readGrid(entry.source, reading) : undefined;
    const [scale] = grid?.scales ?? [];
    const exact =
      grid !== undefined && scale !== undefined && grid.scales.every((other) => other === scale)
        ? { scale, min: grid.least * scale }
        : undefined;
    found.push(exact === undefined ? entry : { ...entry, exact });
  }
  return found;
}

/** Weights in the order of the graph's own, so that a checkpoint is read from front to back. */
function inSourceOrder(entries: readonly WeightEntry[], graph: Graph): readonly WeightEntry[] {
  const places = new Map(Array.from(graph.initializers.keys(), (name, place) => [name, place]));
  const place = ({ source }: WeightEntry): number => places.get(source.name) ?? Number.MAX_SAFE_INTEGER;
  return entries.toSorted((a, b) => place(a) - place(b));
}
