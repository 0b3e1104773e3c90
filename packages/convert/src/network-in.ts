import type { Checkpoint } from "@samoyed/checkpoint";
import type { ByteSource } from "@samoyed/core";
import { type BuiltGraph, buildGraph } from "./build-graph.ts";
import { readHubConfig } from "./hub-config.ts";
import { withImageChannels } from "./image-channels.ts";
import { lastPart } from "./last-part.ts";
import { factsOf } from "./module-facts/facts-of.ts";
import { type OpenedNetwork, openNetwork } from "./open-network.ts";
import type { ModelOptions } from "./options.ts";
import { requireComplete, requireReadable } from "./require-readable.ts";

/** Where a checkpoint comes from. */
export interface CheckpointPlace {
  /** Its file's name, with or without folders. */
  readonly name: string;
  /** Opens a file beside it. */
  readonly resolve?: ((file: string) => Promise<ByteSource>) | undefined;
}

/**
 * The network in a checkpoint, for images of the channels that the options ask for. No weight is read.
 *
 * @throws what `openNetwork` throws; UnsupportedError for weights that cannot be read, or of which some are in other files;
 * the error of a processor beside it that cannot be followed, unless the options say what it would have said.
 */
export async function networkIn(
  checkpoint: Checkpoint,
  { name, resolve }: CheckpointPlace,
  options: ModelOptions,
): Promise<OpenedNetwork> {
  const { model, key, prefix, ignore, assume, preprocess } = options;
  requireComplete(checkpoint);
  const hub = resolve && (await readHubConfig(lastPart(name), resolve));
  if (hub?.refusal !== undefined && !saysPreprocess(preprocess)) throw hub.refusal;
  const [, height, width] = preprocess?.inputSize ?? [];
  const size = height === undefined || width === undefined ? undefined : ([height, width] as const);
  const network = await openNetwork(checkpoint, { model, hub, assume, size, key, prefix, ignore });
  requireReadable(network.model.tensors);
  return { ...network, model: withImageChannels(network.model, preprocess) };
}

/** Whether the caller gives what a processor that cannot be followed would have said. */
function saysPreprocess(given: ModelOptions["preprocess"] = {}): boolean {
  return (["inputSize", "interpolation", "mean", "std"] as const).every((key) => given[key] !== undefined);
}

/** The graph of a checkpoint's network, and what its whole module says about it, where it has one. */
export interface BuiltNetwork extends BuiltGraph {
  readonly note: string | undefined;
}

/**
 * Builds the graph of a network that `networkIn` found.
 *
 * @throws what `buildGraph` throws.
 */
export function buildNetwork(
  { root }: Pick<Checkpoint, "root">,
  { model, head, headChoice, tensors }: OpenedNetwork,
  options: ModelOptions,
): BuiltNetwork {
  const facts = factsOf(root, [...tensors.keys()]);
  return { ...buildGraph({ model, tensors: model.tensors, head, headChoice, facts }, options), note: facts?.note };
}
