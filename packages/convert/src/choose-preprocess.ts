import type { PreprocessConfig } from "@samoyed/core";
import { type Architecture, inputSizeOf, type ModelInfo } from "@samoyed/models";
import type { HubConfig } from "./hub-config.ts";
import type { RecordedModel } from "./recorded-model.ts";
import type { PreprocessOrigin } from "./report.ts";

/** timm's choice for a network that says nothing (timm 1.0.29, `timm/data/config.py`, `resolve_data_config`). */
export const DEFAULT_PREPROCESS: PreprocessConfig = {
  inputSize: [3, 224, 224],
  interpolation: "bicubic",
  cropPct: 0.875,
  cropMode: "center",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Settings of the preprocessing, and where they are from. */
interface ChosenPreprocess {
  readonly preprocess: PreprocessConfig;
  readonly preprocessFrom: PreprocessOrigin;
}

/** timm's default, at the size of a network of one size. */
export function defaultPreprocess(architecture: Architecture): PreprocessConfig {
  const [, height, width] = inputSizeOf(architecture);
  if (typeof height !== "number" || typeof width !== "number") return DEFAULT_PREPROCESS;
  return { ...DEFAULT_PREPROCESS, inputSize: [DEFAULT_PREPROCESS.inputSize[0], height, width] };
}

/** The settings that a training script recorded replace those of the network that it names. */
export function preprocessOf(
  { preprocess, preprocessFrom }: ChosenPreprocess,
  { named: inFile, preprocess: recorded }: RecordedModel,
  hub: HubConfig | undefined,
): ChosenPreprocess {
  if (hub?.preprocess !== undefined) {
    return { preprocess: { ...preprocess, ...hub.preprocess }, preprocessFrom: "checkpoint" };
  }
  if (recorded === undefined || inFile === undefined) return { preprocess, preprocessFrom };
  const base = preprocessFrom === "model" ? preprocess : inFile.info.preprocess;
  return { preprocess: { ...base, ...recorded }, preprocessFrom: "checkpoint" };
}

/** The preprocessing of published models with these tensors, classifier included, if they all have the same. */
export function agreedPreprocess(candidates: readonly ModelInfo[]): PreprocessConfig | undefined {
  const distinct = new Set(candidates.map(({ preprocess }) => JSON.stringify(preprocess)));
  return distinct.size === 1 ? candidates[0]!.preprocess : undefined;
}
