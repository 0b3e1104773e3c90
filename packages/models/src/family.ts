import type { LazyTensor, UnsupportedError } from "@samoyed/core";
import type { Dim, Graph } from "@samoyed/ir";
import type { Modules } from "./modules.ts";
import type { NetworkSetting } from "./network-setting.ts";
import type { Parameter, TensorType } from "./parameter.ts";

/**
 * A network without its weights and without a number of classes: plain data that only its family reads.
 *
 * Other code passes it on, and queries it with `modelParameters`, `classifierOf`, `inputSizeOf` and `tapsOf`.
 */
export interface Architecture {
  /** The family's name, such as `resnet`. */
  readonly family: string;
}

/** Channels, height, width of one image; a string is an open size. */
export type InputSize = readonly [channels: number, height: Dim, width: Dim];

/** The tensors that depend on the number of classes. */
export interface Classifier {
  /** State-dict names; the first axis of each is the number of classes. */
  readonly tensors: readonly string[];
}

/** An architecture that a set of tensors may belong to. */
export interface Hypothesis<A extends Architecture = Architecture> {
  /** timm's name without a tag; or one that describes the architecture, if timm has no name for it. */
  readonly name: string;
  readonly architecture: A;
}

/** A family's result for tensors that look like its own. */
export interface Recognition<A extends Architecture = Architecture> {
  /** Likeliest first, published ones before others. They need not fit: the caller compares their parameters. */
  readonly hypotheses: readonly Hypothesis<A>[];
  /** Architectures to compare when no hypothesis fits, to name the nearest one. */
  readonly nearMisses: () => readonly Hypothesis<A>[];
  /** Error for tensors of the family that nevertheless cannot be recognized. */
  readonly refusal?: UnsupportedError;
}

/** Options of `Family.build`. The tensors match the architecture, and the architecture accepts the input size. */
export interface FamilyBuildOptions<A extends Architecture = Architecture> {
  readonly architecture: A;
  /** 0 for a checkpoint without a classifier; the output is `features` then. */
  readonly numClasses: number;
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly output: "logits" | "features";
  /** Whether the feature maps are also outputs. */
  readonly taps: boolean;
  readonly inputSize: InputSize;
  /** The graph's name. */
  readonly name: string;
}

/**
 * A family of architectures: all code and data about them in one place.
 *
 * All functions are synchronous and read no weights. A family whose architectures are data, not code, loads that data
 * first: its architectures then refer to the loaded data, and `recognize` looks up a fingerprint instead of reading sizes.
 * Nothing here needs an architecture to be computed from a configuration.
 */
export interface Family<A extends Architecture = Architecture> {
  /** The value of `Architecture.family`: `resnet`. */
  readonly name: string;
  /** Source of the networks, for messages: `timm's resnet.py`. */
  readonly source: string;
  /** Every architecture with a name, by that name without a tag, in the order of the source. */
  architectures(): ReadonlyMap<string, A>;
  /** The names of `architectures`, for less than reading them costs. */
  names(): Iterable<string>;
  /** Recognizes the names and shapes of a state dict; `undefined` if they are not the family's. */
  recognize(tensors: ReadonlyMap<string, TensorType>): Recognition<A> | undefined;
  /** The state dict in PyTorch's order. With `numClasses` 0 it has no classifier. */
  parameters(architecture: A, options: { readonly numClasses: number }): ReadonlyMap<string, Parameter>;
  classifier(architecture: A): Classifier;
  /** The architecture with as many input channels as a state dict of it has. */
  withChannelsOf(architecture: A, tensors: ReadonlyMap<string, TensorType>): A;
  /** What the tensors of an architecture do not show; absent where the family does not know it. */
  settings?(architecture: A): readonly NetworkSetting[];
  /**
   * The architecture with other values of such settings.
   *
   * @throws UsageError for a setting or a value that there is not.
   */
  withSettings?(architecture: A, changes: ReadonlyMap<string, string>): A;
  /**
   * The settings that the modules of a whole network have, by the names of `settings`.
   *
   * @throws UnsupportedError for modules that the family does not build.
   */
  moduleSettings?(modules: Modules): ReadonlyMap<string, string>;
  /** The input size of an architecture. */
  inputSize(architecture: A): InputSize;
  /** The modules whose outputs are timm's `features_only`, by descending resolution: `layer1`. */
  taps(architecture: A): readonly string[];
  /**
   * Builds the graph: input `input`, float32 [N, …inputSize]; outputs `logits` [N, classes] or `features` [N, width], then
   * `tapName(module)` for each of `taps`. Nodes are named by module paths, weights by state-dict names.
   */
  build(options: FamilyBuildOptions<A>): Graph;
}
