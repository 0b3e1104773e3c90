import type { LazyTensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { familyOf, inputSizeOf } from "./architecture.ts";
import { checkParameters } from "./check-parameters.ts";
import { checkInputSize } from "./check-input-size.ts";
import type { Architecture, InputSize } from "./family.ts";
import type { Settings } from "./naming/naming.ts";
import { withSettings } from "./naming/with-settings.ts";

/** Options of `buildModel`. */
export interface BuildModelOptions {
  readonly architecture: Architecture;
  /** 0 for a checkpoint without a classifier. */
  readonly numClasses: number;
  /** The state dict, unwrapped; float16, bfloat16 and float64 weights become float32 as they are read. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Outputs pooled features instead of logits: timm's `num_classes=0`. Implied when `numClasses` is 0. */
  readonly features?: boolean;
  /** Also outputs the feature maps of timm's `features_only`. */
  readonly taps?: boolean;
  /** Channels, height, width; a string is an open size. Default: the architecture's, such as `[3, "H", "W"]`. */
  readonly inputSize?: InputSize;
  /** What another library's network of the same tensors does otherwise: a `Translation` has them. */
  readonly settings?: Pick<Settings, "epsilons" | "heads"> | undefined;
  /** The graph's name. Default: the family's. */
  readonly name?: string;
}

/**
 * Builds the graph of a network: input `input`, float32 [N, channels, H, W]; output `logits` [N, classes], or `features` [N, width].
 *
 * Nodes and their values are named by PyTorch's module paths (`layer1.0.conv1`), weights by their state-dict names.
 * Batch norms are kept; the rewrites of `@samoyed/graph` fold them. With `taps`, the outputs that `tapsOf` names follow.
 * Weights are not read: they stay lazy until the graph is written or run. Matches timm 1.0.29 in evaluation mode.
 *
 * @throws MismatchError when the tensors do not match the architecture, or the settings' heads of attention not its own.
 * @throws UsageError when the architecture does not accept the input size.
 */
export function buildModel(options: BuildModelOptions): Graph {
  const { architecture, numClasses, tensors, features = false, taps = false, settings } = options;
  const family = familyOf(architecture);
  const taken = inputSizeOf(architecture);
  const { inputSize = taken, name = family.name } = options;
  checkInputSize(inputSize, { taken });
  checkParameters(tensors, { architecture, numClasses });
  const output = features || numClasses === 0 ? "features" : "logits";
  const graph = family.build({ architecture, numClasses, tensors, output, taps, inputSize, name });
  return settings === undefined ? graph : withSettings(graph, settings);
}
