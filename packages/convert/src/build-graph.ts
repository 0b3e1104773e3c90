import { type LazyTensor, UnsupportedError, UsageError } from "@samoyed/core";
import {
  canonicalize,
  dropIdentities,
  foldBatchNorm,
  foldConstants,
  fusePad,
  type Rewrite,
  rewriteGraph,
  type RewriteResult,
} from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { buildModel, inputSizeOf } from "@samoyed/models";
import { appendHead } from "./find/append-head.ts";
import type { HeadChoice } from "./find/head-settings.ts";
import { type Head, isOwnHead } from "./find/head.ts";
import type { ChosenModel } from "./choose-model.ts";
import { checkModuleFacts } from "./module-facts/check-facts.ts";
import type { NetworkFacts } from "./module-facts/facts-of.ts";
import type { ModelOptions } from "./options.ts";
import type { RewriteReport } from "./report.ts";

/** Rewrites for every target, in the order in which one makes way for the next. */
const REWRITES: readonly Rewrite[] = [foldConstants, dropIdentities, fusePad, foldBatchNorm];
const REWRITE_NAMES: readonly string[] = REWRITES.map(({ name }) => name);

/** The channels of the images that Samoyed prepares. */
const RGB = 3;

/** What a network is built from. */
interface NetworkParts {
  readonly model: ChosenModel;
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** A head that the architecture itself does not have. */
  readonly head?: Head | undefined;
  /** What that head computes besides its tensors. */
  readonly headChoice?: HeadChoice | undefined;
  /** What the checkpoint's module says about the network. */
  readonly facts?: NetworkFacts | undefined;
}

/** A network as it will be written. */
export interface BuiltGraph {
  readonly graph: Graph;
  readonly rewrites: readonly RewriteReport[];
}

/**
 * The graph of a model, rewritten as the options say. No weight is read.
 *
 * @throws UnsupportedError when the network does not take RGB images, and the caller gives no means and deviations for it.
 * @throws MismatchError when the checkpoint's module says that it computes something else.
 * @throws UsageError when the preprocessing has another number of channels than the network.
 */
export function buildGraph(
  { model, tensors, head, headChoice, facts }: NetworkParts,
  options: ModelOptions,
): BuiltGraph {
  const { architecture, numClasses, name, settings } = model;
  const inputSize = options.preprocess?.inputSize ?? model.preprocess.inputSize;
  const [channels] = inputSizeOf(architecture);
  if (inputSize[0] === RGB && channels !== RGB) {
    throw new UnsupportedError(
      `${name} takes images of ${channels === 1 ? "1 channel" : `${channels} channels`}; ` +
        "how those are prepared is not known, only how RGB images are",
      { hint: "Give --mean and --std, a number for each channel.", details: { channels } },
    );
  }
  if (inputSize[0] !== channels) {
    throw new UsageError(`${name} takes ${channels} channels; the preprocessing gives ${inputSize[0]}`, {
      hint: "Give preprocessing settings with as many channels.",
    });
  }
  const known = options.preprocess?.inputSize !== undefined || model.preprocessFrom !== "default";
  const ownHead = headChoice !== undefined && isOwnHead(head) ? { head, choice: headChoice } : undefined;
  const graph = buildModel({
    architecture,
    numClasses: ownHead === undefined ? numClasses : 0,
    tensors,
    name,
    settings,
    // Where the images' size is not known, the graph takes any.
    ...(known && { inputSize }),
    ...(options.features !== undefined && { features: options.features }),
    ...(options.taps !== undefined && { taps: options.taps }),
  });
  if (facts !== undefined) checkModuleFacts(graph, facts);
  const isHeadless = ownHead === undefined || options.features === true;
  return rewriteAll(isHeadless ? graph : appendHead(graph, ownHead.head, ownHead.choice), options);
}

/** Applies the rewrites that every target wants, unless they are switched off. */
export function rewriteAll(graph: Graph, { fold = true }: Pick<ModelOptions, "fold">): BuiltGraph {
  const rewritten = rewriteGraph(graph, fold ? REWRITES : []);
  return { graph: rewritten.graph, rewrites: fold ? summarize(rewritten, REWRITE_NAMES) : [] };
}

/** Brings a graph that was read into the canonical form, which every writer lowers, and rewrites it as `rewriteAll` does. */
export function canonicalizeAll(graph: Graph, { fold = true }: Pick<ModelOptions, "fold">): BuiltGraph {
  const canonical = canonicalize(graph);
  const rewritten = rewriteGraph(canonical.graph, fold ? REWRITES : []);
  const both = {
    applied: [...canonical.report.applied, ...rewritten.applied],
    declined: [...canonical.report.declined, ...rewritten.declined],
  };
  const names = new Set([...both.applied, ...both.declined].map(({ rewrite }) => rewrite));
  return { graph: rewritten.graph, rewrites: summarize(both, [...names]) };
}

function summarize(
  { applied, declined }: Pick<RewriteResult, "applied" | "declined">,
  names: readonly string[],
): RewriteReport[] {
  return names.map((rewrite) => ({
    rewrite,
    applied: applied.filter((entry) => entry.rewrite === rewrite).length,
    declined: declined.filter((entry) => entry.rewrite === rewrite).map(({ node, reason }) => ({ node, reason })),
  }));
}
