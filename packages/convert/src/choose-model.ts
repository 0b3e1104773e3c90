import type { LazyTensor, PreprocessConfig } from "@samoyed/core";
import {
  type Architecture,
  checkParameters,
  classifierOf,
  countClasses,
  findModel,
  identifyModel,
  type ModelInfo,
} from "@samoyed/models";
import type { PreprocessOrigin } from "./report.ts";

/** What timm takes for a network that says nothing (timm 1.0.29, `timm/data/config.py`, `resolve_data_config`). */
export const DEFAULT_PREPROCESS: PreprocessConfig = {
  inputSize: [3, 224, 224],
  interpolation: "bicubic",
  cropPct: 0.875,
  cropMode: "center",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** The network that a state dict belongs to. */
export interface ChosenModel {
  readonly name: string;
  readonly architecture: Architecture;
  readonly numClasses: number;
  readonly candidates: readonly ModelInfo[];
  readonly preprocess: PreprocessConfig;
  readonly preprocessFrom: PreprocessOrigin;
  readonly license: string | undefined;
  /** What was assumed, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Decides which network a state dict belongs to: the one that is named, else the one that its tensors show.
 *
 * The licence is the named model's, and only if the classifier has its size: other weights have their own.
 *
 * @throws UnsupportedError when no model has the name, or the tensors are no known network.
 * @throws MismatchError when the tensors are not the named model's, with the first ten differences.
 */
export function chooseModel(
  tensors: ReadonlyMap<string, LazyTensor>,
  { model }: { readonly model?: string | undefined } = {},
): ChosenModel {
  return model === undefined ? recognised(tensors) : named(tensors, model);
}

function named(tensors: ReadonlyMap<string, LazyTensor>, model: string): ChosenModel {
  const info = findModel(model);
  const { architecture, preprocess } = info;
  const numClasses = countClasses(classifierOf(architecture), tensors);
  checkParameters(tensors, { architecture, numClasses, label: info.name });
  const sameHead = numClasses === info.numClasses;
  return {
    name: info.name,
    architecture,
    numClasses,
    candidates: [info],
    preprocess,
    preprocessFrom: "model",
    license: sameHead ? info.license : undefined,
    warnings: sameHead
      ? []
      : [
          `The classifier has ${numClasses} classes, ${info.name} has ${info.numClasses}: these are other weights, and no licence is recorded for them.`,
        ],
  };
}

function recognised(tensors: ReadonlyMap<string, LazyTensor>): ChosenModel {
  const { name, architecture, numClasses, candidates, assumptions } = identifyModel(tensors);
  const agreed = agreedPreprocess(candidates.filter((candidate) => candidate.numClasses === numClasses));
  return {
    name,
    architecture,
    numClasses,
    candidates,
    preprocess: agreed ?? DEFAULT_PREPROCESS,
    preprocessFrom: agreed === undefined ? "default" : "candidates",
    license: undefined,
    warnings: assumptions,
  };
}

/** The preprocessing of published models with these tensors, classifier included, if they all have the same. */
function agreedPreprocess(candidates: readonly ModelInfo[]): PreprocessConfig | undefined {
  const distinct = new Set(candidates.map(({ preprocess }) => JSON.stringify(preprocess)));
  return distinct.size === 1 ? candidates[0]!.preprocess : undefined;
}
