import { type LazyTensor, MismatchError, type PreprocessConfig } from "@samoyed/core";
import {
  type Architecture,
  checkParameters,
  classifierOf,
  classNames,
  countClasses,
  findModel,
  type IdentifiedModel,
  identifyModel,
  listModels,
  loadArchitecture,
  type ModelInfo,
} from "@samoyed/models";
import { type RecordedModel, sameArchitecture, STATE_DICT_ALONE } from "./recorded-model.ts";
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

/** The network that a state dict belongs to. */
export interface ChosenModel {
  readonly name: string;
  readonly architecture: Architecture;
  readonly numClasses: number;
  readonly candidates: readonly ModelInfo[];
  readonly preprocess: PreprocessConfig;
  readonly preprocessFrom: PreprocessOrigin;
  readonly license: string | undefined;
  /** Class names that the published model has; absent for other weights. */
  readonly labels?: readonly string[] | undefined;
  /** Assumptions that were made, in sentences. */
  readonly warnings: readonly string[];
}

/** The tensors of a state dict, by name. */
type Tensors = ReadonlyMap<string, LazyTensor>;

/** Inputs of the decision besides the tensors. */
export interface ChooseModelOptions {
  /** The name that the caller gave. */
  readonly model?: string | undefined;
  /** The checkpoint's own statements. */
  readonly recorded?: RecordedModel;
}

const NOTHING_RECORDED: RecordedModel = { fields: new Map(), warnings: [] };

/**
 * Decides which network a state dict belongs to: the one that the caller names, else the one that the checkpoint names,
 * else the one that its tensors show. How images are prepared follows from the same, unless the checkpoint says that too.
 *
 * The license is the named model's, and only if the classifier has its size: other weights have their own.
 *
 * @throws UnsupportedError when no model has the name, or the tensors are no known network.
 * @throws MismatchError when the tensors are not the named model's, with the first ten differences; when the caller and
 * the checkpoint name different networks; when the checkpoint states another number of classes than its tensors have.
 */
export async function chooseModel(
  tensors: Tensors,
  { model, recorded = NOTHING_RECORDED }: ChooseModelOptions = {},
): Promise<ChosenModel> {
  const chosen = await choose(tensors, model, recorded.named);
  const { numClasses, warnings } = chosen;
  if (recorded.numClasses !== undefined && recorded.numClasses !== numClasses) {
    throw new MismatchError(
      `the checkpoint contradicts itself: its args.num_classes is ${recorded.numClasses}, its classifier has ${numClasses} classes`,
      { hint: STATE_DICT_ALONE },
    );
  }
  return { ...chosen, ...preprocessOf(chosen, recorded), warnings: [...recorded.warnings, ...warnings] };
}

async function choose(
  tensors: Tensors,
  model: string | undefined,
  inFile: RecordedModel["named"],
): Promise<ChosenModel> {
  if (model === undefined) return inFile === undefined ? recognized(tensors) : namedInFile(tensors, inFile);
  const info = await findModel(model);
  if (inFile !== undefined && !sameArchitecture(info, inFile.info)) {
    const own = inFile.info.architectureName;
    throw new MismatchError(`the model is named ${info.name}; the checkpoint's ${inFile.where} says ${own}`, {
      hint: `Name the model ${own}, or leave it out. If the checkpoint is wrong, save its state dict alone in Python.`,
      details: { model: info.name, recorded: own },
    });
  }
  return named(tensors, info);
}

/** The settings that a training script recorded replace those of the network that it names. */
function preprocessOf(
  { preprocess, preprocessFrom }: ChosenModel,
  { named: inFile, preprocess: recorded }: RecordedModel,
): Pick<ChosenModel, "preprocess" | "preprocessFrom"> {
  if (recorded === undefined || inFile === undefined) return { preprocess, preprocessFrom };
  const base = preprocessFrom === "model" ? preprocess : inFile.info.preprocess;
  return { preprocess: { ...base, ...recorded }, preprocessFrom: "checkpoint" };
}

async function named(tensors: Tensors, info: ModelInfo): Promise<ChosenModel> {
  const { preprocess } = info;
  const architecture = await loadArchitecture(info.architectureName);
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
    labels: sameHead ? await classNames(info) : undefined,
    warnings: sameHead
      ? []
      : [
          `The classifier has ${numClasses} classes, ${info.name} has ${info.numClasses}: these are other weights, and no license is recorded for them.`,
        ],
  };
}

/** The architecture is the file's; a tag in it names weights that training has changed. */
async function namedInFile(
  tensors: Tensors,
  { where, info }: NonNullable<RecordedModel["named"]>,
): Promise<ChosenModel> {
  const name = info.architectureName;
  const architecture = await loadArchitecture(name);
  const numClasses = countClasses(classifierOf(architecture), tensors);
  try {
    checkParameters(tensors, { architecture, numClasses, label: `${name}, which its ${where} names` });
  } catch (cause) {
    if (!(cause instanceof MismatchError)) throw cause;
    throw new MismatchError(cause.message, { cause, details: cause.details, hint: STATE_DICT_ALONE });
  }
  const models = (await listModels(name)).filter((model) => model.architectureName === name);
  const sameHead = models.filter((model) => model.numClasses === numClasses);
  const candidates = sameHead.length > 0 ? sameHead : models;
  return withoutName({ name, architecture, numClasses, candidates, assumptions: [] });
}

async function recognized(tensors: Tensors): Promise<ChosenModel> {
  return withoutName(await identifyModel(tensors));
}

/** The choice where the caller names no model. */
function withoutName(identified: IdentifiedModel): ChosenModel {
  const { name, architecture, numClasses, candidates, assumptions } = identified;
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
