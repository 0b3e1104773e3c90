import { UnsupportedError, UsageError } from "@samoyed/core";
import type { Hypothesis, Recognition } from "../../family.ts";
import type { TensorType } from "../../parameter.ts";
import type { ResNetConfig } from "./config.ts";
import { configurations } from "./configurations.ts";
import { describeConfig } from "./describe.ts";
import { planNetwork } from "./plan.ts";
import { countLayers, inferConfig } from "./infer-config.ts";

type Tensors = ReadonlyMap<string, TensorType>;

/**
 * Every architecture with a name, those without anti-aliasing first: it has no tensors, and far more networks are trained
 * without. Group norms are never guessed: their tensors are also those of batch norms whose statistics were lost.
 */
function named(): readonly Hypothesis<ResNetConfig>[] {
  const all = [...configurations()]
    .map(([name, architecture]) => ({ name, architecture }))
    .filter(({ architecture }) => architecture.normLayer === "batchnorm");
  const plain = all.filter(({ architecture }) => architecture.aaLayer === "none");
  return [...plain, ...all.filter(({ architecture }) => architecture.aaLayer !== "none")];
}

/** The configuration inferred from names and shapes, if it is a valid network. */
function spelledOut(tensors: Tensors, layers: readonly number[]): readonly Hypothesis<ResNetConfig>[] {
  try {
    const architecture = inferConfig(tensors, layers);
    // Channels that groups do not divide are found only when the layers are planned.
    planNetwork(architecture);
    return [{ name: describeConfig(architecture), architecture }];
  } catch (error) {
    // The sizes fit no network; the error names the nearest one with a name.
    if (error instanceof UsageError) return [];
    throw error;
  }
}

/** What any network's names and first blocks show. */
function kindOf({ stemType, attention, replaceStemPool, cardinality, block }: ResNetConfig): string {
  return [stemType, attention, replaceStemPool, cardinality, ...block].join(" ");
}

/**
 * Those that have what a few names and shapes show: a cheap test before that of all tensors. Sizes that fit no network,
 * and those of pruned ones, show too little.
 */
function ofKind(
  hypotheses: readonly Hypothesis<ResNetConfig>[],
  seen: ResNetConfig | undefined,
): readonly Hypothesis<ResNetConfig>[] {
  if (seen === undefined) return hypotheses;
  const wanted = kindOf(seen);
  return hypotheses.filter(({ architecture }) => architecture.widths.length > 0 || kindOf(architecture) === wanted);
}

/** Error for tensors that leave a setting open which no published network determines. */
function refusal(tensors: Tensors): UnsupportedError | undefined {
  if (!tensors.has("maxpool.0.weight") || !tensors.has("maxpool.2.weight") || tensors.has("maxpool.1.weight")) {
    return undefined;
  }
  return new UnsupportedError(
    "the stem's pooling is a convolution and, after it, an anti-aliasing that has no tensors: average or blur",
    { hint: 'Give the architecture, with aaLayer "avg" or "blur".' },
  );
}

/**
 * The ResNets that the tensors may belong to: those with a name and this depth, then the one inferred from names and shapes, for
 * any depth, width and cardinality.
 */
export function recognizeResNet(tensors: Tensors): Recognition<ResNetConfig> | undefined {
  const layers = countLayers(tensors);
  if (layers === undefined) return undefined;
  const refused = refusal(tensors);
  if (refused !== undefined) return { hypotheses: [], nearMisses: () => [], refusal: refused };
  const sameDepth = named().filter(({ architecture }) => String(architecture.layers) === String(layers));
  const inferred = spelledOut(tensors, layers);
  return {
    hypotheses: [...ofKind(sameDepth, inferred[0]?.architecture), ...inferred],
    nearMisses: () => (sameDepth.length > 0 ? sameDepth : named()),
  };
}
