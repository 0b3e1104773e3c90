import type { LazyTensor, UnsupportedError } from "@samoyed/core";
import type { Dim, Graph } from "@samoyed/ir";
import type { Parameter, TensorType } from "./parameter.ts";

/**
 * A network without its weights and without a number of classes: plain data that its family alone reads.
 *
 * Other code passes it on, and asks about it with `modelParameters`, `classifierOf`, `inputSizeOf` and `tapsOf`.
 */
export interface Architecture {
  /** The family's name, such as `resnet`. */
  readonly family: string;
}

/** Channels, height, width of one image; a string is a size left open. */
export type InputSize = readonly [channels: number, height: Dim, width: Dim];

/** The tensors that depend on the number of classes. */
export interface Classifier {
  /** State-dict names; the first axis of each is the number of classes. */
  readonly tensors: readonly string[];
}

/** An architecture that a set of tensors may be of. */
export interface Hypothesis<A extends Architecture = Architecture> {
  /** timm's name without a tag; or one that describes the architecture, where timm has none. */
  readonly name: string;
  readonly architecture: A;
  /** What was chosen without a tensor that shows it, in sentences. */
  readonly assumptions: readonly string[];
}

/** What a family makes of tensors that look like its own. */
export interface Recognition<A extends Architecture = Architecture> {
  /** Likeliest first, published ones before others. They need not fit: the caller compares their parameters. */
  readonly hypotheses: readonly Hypothesis<A>[];
  /** What to compare as well where no hypothesis fits, to name the nearest architecture. */
  readonly nearMisses: () => readonly Hypothesis<A>[];
  /** Why the tensors cannot be recognized even though they are the family's. */
  readonly refusal?: UnsupportedError;
}

/** What a family builds a graph from. The tensors fit, the input size is one that the architecture takes. */
export interface FamilyBuildOptions<A extends Architecture = Architecture> {
  readonly architecture: A;
  /** 0 for a checkpoint without a classifier; the output is `features` then. */
  readonly numClasses: number;
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly output: "logits" | "features";
  /** Whether the feature maps are put out as well. */
  readonly taps: boolean;
  readonly inputSize: InputSize;
  /** The graph's name. */
  readonly name: string;
}

/** What is published of a family, as the oracle exports it. */
export interface PublishedTables {
  /** One checkpoint a line; `checkpoints.ts` reads it. An architecture's default checkpoint comes first. */
  readonly checkpoints: string;
  /** One former name and the present one a line. */
  readonly formerNames: string;
}

/**
 * A family of architectures: everything that is known of them in one place.
 *
 * All of it is synchronous and reads no weights. A family whose architectures are data, not code, loads that data
 * first: its architectures then name what was loaded, and `recognize` looks a fingerprint up instead of reading sizes.
 * Nothing here needs an architecture to be computed from a configuration.
 */
export interface Family<A extends Architecture = Architecture> {
  /** What `Architecture.family` says: `resnet`. */
  readonly name: string;
  /** Where the networks come from, for messages: `timm's resnet.py`. */
  readonly source: string;
  /** What is recognized and by which tensors, for messages: `ResNets and their relatives (conv1, …, fc)`. */
  readonly description: string;
  readonly published: PublishedTables;
  /** Every architecture with a name, by that name without a tag, in the order of the source. */
  architectures(): ReadonlyMap<string, A>;
  /** What the names and shapes of a state dict may be, or `undefined` where they are not the family's. */
  recognize(tensors: ReadonlyMap<string, TensorType>): Recognition<A> | undefined;
  /** The state dict in PyTorch's order. With `numClasses` 0 it has no classifier. */
  parameters(architecture: A, options: { readonly numClasses: number }): ReadonlyMap<string, Parameter>;
  classifier(architecture: A): Classifier;
  /** The images that an architecture takes. */
  inputSize(architecture: A): InputSize;
  /** The modules whose outputs are timm's `features_only`, by falling resolution: `layer1`. */
  taps(architecture: A): readonly string[];
  /**
   * The graph: input `input`, float32 [N, …inputSize]; outputs `logits` [N, classes] or `features` [N, width], then
   * `tapName(module)` for each of `taps`. Nodes are named by module paths, weights by state-dict names.
   */
  build(options: FamilyBuildOptions<A>): Graph;
}
