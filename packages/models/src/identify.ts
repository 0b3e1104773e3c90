import { type FormatError, type MismatchError, UnsupportedError, UsageError } from "@samoyed/core";
import { architectureName, architectures } from "./architectures.ts";
import { mismatch, prefixHint } from "./check-parameters.ts";
import { checkpoints, type ModelInfo } from "./checkpoints.ts";
import type { ResNetConfig } from "./config.ts";
import { describeConfig } from "./describe.ts";
import { type ParameterDifference, parameterDifferences, type TensorType } from "./differences.ts";
import { missingStatistics } from "./missing-statistics.ts";
import { modelParameters } from "./parameters.ts";
import { countClasses, countLayers, recogniseConfig } from "./recognise.ts";

/** What a state dict turned out to be. */
export interface IdentifiedModel {
  readonly architecture: ResNetConfig;
  /** 0 without a classifier. */
  readonly numClasses: number;
  /** timm's name of the architecture, without a tag; or one that describes it, where timm has none. */
  readonly name: string;
  /**
   * Published networks with the same tensors; tensors do not tell them apart. If none has as many classes, those from
   * which the checkpoint may have been fine-tuned. The chosen architecture's come first, in timm's order.
   */
  readonly candidates: readonly ModelInfo[];
  /** What was chosen without a tensor that shows it, in sentences. */
  readonly assumptions: readonly string[];
}

type Tensors = ReadonlyMap<string, TensorType>;

/** An architecture and how far the tensors are from it. */
interface Fit {
  readonly name: string;
  readonly config: ResNetConfig;
  readonly differences: readonly ParameterDifference[];
}

/** Names of tensors that an error shows. */
const SHOWN_NAMES = 3;

function fit(name: string, config: ResNetConfig, tensors: Tensors, numClasses: number): Fit {
  return { name, config, differences: parameterDifferences(modelParameters(config, { numClasses }), tensors) };
}

/**
 * How far the tensors are from each published architecture with batch norms, or from those of one depth. Group norms are
 * never guessed: their tensors are also those of batch norms whose statistics were lost.
 */
function fits(tensors: Tensors, numClasses: number, layers?: readonly number[]): readonly Fit[] {
  return [...architectures()]
    .filter(([, config]) => config.normLayer === "batchnorm")
    .filter(([, config]) => layers === undefined || config.layers.every((count, stage) => count === layers[stage]))
    .map(([name, config]) => fit(name, config, tensors, numClasses));
}

/** What the names and shapes spell out, or `undefined` where that is no network. */
function recognisedFit(tensors: Tensors, layers: readonly number[], numClasses: number): Fit | undefined {
  try {
    const config = recogniseConfig(tensors, layers);
    return fit(describeConfig(config), config, tensors, numClasses);
  } catch (error) {
    // The sizes fit no network; the nearest published one tells which.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function unsupported(tensors: Tensors): UnsupportedError {
  const names = [...tensors.keys()];
  const shown = [...names.slice(0, SHOWN_NAMES), ...(names.length > SHOWN_NAMES ? ["…"] : [])].join(", ");
  const what = names.length === 0 ? "no tensors" : `${names.length} tensors (${shown})`;
  return new UnsupportedError(`the checkpoint holds ${what}; that is no network of timm's resnet.py`, {
    hint: prefixHint(tensors) ?? "Only ResNets and their relatives are recognised: conv1, bn1, layer1 … layer4, fc.",
  });
}

/** Refuses what the tensors leave open and no published network decides. */
function requireKnownPool(tensors: Tensors): void {
  if (tensors.has("maxpool.0.weight") && tensors.has("maxpool.2.weight") && !tensors.has("maxpool.1.weight")) {
    throw new UnsupportedError(
      "the stem's pooling is a convolution and, after it, an anti-aliasing that has no tensors: average or blur",
      { hint: 'Give the architecture, with aaLayer "avg" or "blur".' },
    );
  }
}

/** Tensors that differ, at most: beyond that an error speaks of another kind of network. */
const NEAR = 0.5;

function nearMiss(tensors: Tensors, tried: readonly Fit[]): FormatError | MismatchError | UnsupportedError {
  for (const { name, differences } of tried) {
    const error = missingStatistics(differences, { tensors, label: name });
    if (error !== undefined) return error;
  }
  const nearest = tried.reduce((best, next) => (next.differences.length < best.differences.length ? next : best));
  if (nearest.differences.length > NEAR * tensors.size) return unsupported(tensors);
  return mismatch(nearest.differences, { tensors, label: `${nearest.name}, the nearest architecture` });
}

function published(matching: readonly Fit[], numClasses: number): IdentifiedModel {
  const models = checkpoints().filter(({ name }) => matching.some((match) => match.name === architectureName(name)));
  const sameHead = models.filter((model) => model.numClasses === numClasses);
  const possible = sameHead.length > 0 ? sameHead : models;
  const likely = matching.filter(({ name }) => possible.some((model) => architectureName(model.name) === name));
  // Anti-aliasing has no tensors. Without it, far more networks are trained.
  const chosen = likely.find(({ config }) => config.aaLayer === "none") ?? likely[0]!;
  const others = likely.filter(({ name }) => name !== chosen.name).map(({ name }) => name);
  const isChosen = (model: ModelInfo): boolean => architectureName(model.name) === chosen.name;
  return {
    architecture: chosen.config,
    numClasses,
    name: chosen.name,
    candidates: [...possible.filter(isChosen), ...possible.filter((model) => !isChosen(model))],
    assumptions:
      others.length === 0 ? [] : [`${others.join(", ")} would have the same tensors; ${chosen.name} is assumed.`],
  };
}

/**
 * Recognises a network of timm's `resnet.py` by the names and shapes in its state dict: any depth, width, cardinality
 * and number of classes, published or not. Nothing is read.
 *
 * Networks may share all tensors and still compute differently (`resnet50`, `resnetblur50`, `resnetaa50`): then the one
 * without anti-aliasing is chosen, or the only one published with that many classes, and `assumptions` says so.
 * `candidates` lists every published checkpoint that it could be, with its preprocessing.
 *
 * @throws FormatError when it has all tensors but the running statistics; a network with group norms, whose tensors
 *   are the same, has to be named.
 * @throws MismatchError when it is nearly a known network, with the first ten differences.
 * @throws UnsupportedError when it is no such network.
 */
export function identifyModel(tensors: Tensors): IdentifiedModel {
  const layers = countLayers(tensors);
  if (layers === undefined) throw unsupported(tensors);
  requireKnownPool(tensors);
  const numClasses = countClasses(tensors);
  const known = fits(tensors, numClasses, layers);
  const matching = known.filter(({ differences }) => differences.length === 0);
  if (matching.length > 0) return published(matching, numClasses);

  const recognised = recognisedFit(tensors, layers, numClasses);
  if (recognised?.differences.length !== 0) {
    const others = known.length > 0 ? known : fits(tensors, numClasses);
    throw nearMiss(tensors, recognised === undefined ? others : [...others, recognised]);
  }
  const { config, name } = recognised;
  return {
    architecture: config,
    numClasses,
    name,
    candidates: [],
    assumptions: [
      "No published network has these tensors: ReLU, no anti-aliasing and an output stride of 32 are assumed.",
    ],
  };
}
