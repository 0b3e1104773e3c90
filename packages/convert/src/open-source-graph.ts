import { dirname, join } from "node:path";
import { openCheckpoint, requireChecksums } from "@samoyed/checkpoint";
import { throwIfAborted } from "@samoyed/core";
import { fileSource, modelFilesAt } from "@samoyed/core/node";
import type { Graph } from "@samoyed/ir";
import { buildGraph } from "./build-graph.ts";
import { checkpointIn } from "./checkpoint-in.ts";
import { modelFormat } from "./convert-model-file.ts";
import { hashFile } from "./hash-file.ts";
import { readHubConfig } from "./hub-config.ts";
import { lastPart } from "./last-part.ts";
import { factsOf } from "./module-facts/facts-of.ts";
import { openNetwork } from "./open-network.ts";
import type { ModelOptions } from "./options.ts";
import { requireComplete, requireReadable } from "./require-readable.ts";

/** Options of `openSourceGraph`: those that decide which network a checkpoint is. */
export type SourceGraphOptions = Pick<
  ModelOptions,
  "model" | "assume" | "key" | "prefix" | "ignore" | "features" | "taps" | "preprocess" | "signal"
>;

/** The network of a source, before any rewrite. */
export interface SourceGraph {
  readonly graph: Graph;
  /** The network's name; the file's where it has none. */
  readonly name: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** Closes the files; the graph's weights cannot be read afterwards. */
  readonly close: () => Promise<void>;
}

/**
 * The network that a checkpoint or a model's file describes, as a graph that nothing has rewritten: what conversion
 * begins with. Weights stay in the files until they are asked for.
 *
 * @param place a checkpoint, a folder of the hub, or a model's file that can be read (`.pt2`, `.onnx`).
 * @throws what `convertFile` and `convertModelFile` throw before they write.
 */
export async function openSourceGraph(place: string, options: SourceGraphOptions = {}): Promise<SourceGraph> {
  throwIfAborted(options.signal);
  const format = modelFormat(place);
  if (format === undefined) return openCheckpointGraph(await checkpointIn(place), options);
  const { signal } = options;
  const read = await format.read!(modelFilesAt(place), { signal });
  return {
    graph: read.graph,
    name: read.contract?.model ?? lastPart(place),
    sha256: await hashFile(place, { signal }),
    close: read.close,
  };
}

async function openCheckpointGraph(path: string, options: SourceGraphOptions): Promise<SourceGraph> {
  const { model: named, assume, key, prefix, ignore, preprocess, signal } = options;
  const source = await fileSource(path);
  try {
    const resolve = (file: string): ReturnType<typeof fileSource> => fileSource(join(dirname(path), file));
    const checkpoint = await openCheckpoint(source, { resolve, signal });
    await requireChecksums(checkpoint, { signal });
    requireComplete(checkpoint);
    const hub = await readHubConfig(lastPart(path), resolve);
    const [, height, width] = preprocess?.inputSize ?? [];
    const size = height === undefined || width === undefined ? undefined : ([height, width] as const);
    const network = await openNetwork(checkpoint, { model: named, hub, assume, size, key, prefix, ignore });
    const { model, head, headChoice } = network;
    requireReadable(model.tensors);
    const facts = factsOf(checkpoint.root, [...network.tensors.keys()]);
    const { graph } = buildGraph(
      { model, tensors: model.tensors, head, headChoice, facts },
      { ...options, fold: false },
    );
    return {
      graph,
      name: model.name,
      sha256: await hashFile(path, { signal }),
      async close() {
        await checkpoint.close();
        await source.close();
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}
