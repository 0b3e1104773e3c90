import { dirname, join } from "node:path";
import { type Checkpoint, openCheckpoint, requireChecksums } from "@samoyed/checkpoint";
import { throwIfAborted } from "@samoyed/core";
import { fileSource, modelFilesAt } from "@samoyed/core/node";
import type { Graph } from "@samoyed/ir";
import { checkpointIn } from "./checkpoint-in.ts";
import { modelFormat } from "./convert-model-file.ts";
import { hashFile } from "./hash-file.ts";
import { lastPart } from "./last-part.ts";
import { buildNetwork, networkIn } from "./network-in.ts";
import type { ModelOptions } from "./options.ts";

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
  const { signal } = options;
  const source = await fileSource(path);
  let checkpoint: Checkpoint | undefined;
  const close = async (): Promise<void> => {
    await checkpoint?.close();
    await source.close();
  };
  try {
    const resolve = (file: string): ReturnType<typeof fileSource> => fileSource(join(dirname(path), file));
    checkpoint = await openCheckpoint(source, { resolve, signal });
    await requireChecksums(checkpoint, { signal });
    const network = await networkIn(checkpoint, { name: path, resolve }, options);
    const { graph } = buildNetwork(checkpoint, network, { ...options, fold: false });
    return { graph, name: network.model.name, sha256: await hashFile(path, { signal }), close };
  } catch (error) {
    await close();
    throw error;
  }
}
