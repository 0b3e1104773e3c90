import { type LazyTensor, MismatchError, type PreprocessConfig, UnsupportedError, UsageError } from "@samoyed/core";
import {
  alternativeDifferences,
  type Architecture,
  type Assumption,
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
  type Modules,
  moduleSettings,
  type NamedArchitecture,
  networkAssumptions,
  type NetworkSource,
  type Settings,
  settingsOf,
  translateNames,
  type Translation,
  withChannelsOf,
  withNetworkSettings,
} from "@samoyed/models";
import { agreedPreprocess, defaultPreprocess, preprocessOf } from "./choose-preprocess.ts";
import type { HubConfig } from "./hub-config.ts";
import { type RecordedModel, sameArchitecture, STATE_DICT_ALONE } from "./recorded-model.ts";
import type { PreprocessOrigin } from "./report.ts";
import { tableRefusal, withResampledTables } from "./resampled-tables.ts";

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
  /** The state dict under the architecture's names. */
  readonly tensors: Tensors;
  /** What the checkpoint's own library computes otherwise than timm. */
  readonly settings?: Pick<Settings, "epsilons" | "heads">;
  /** What the network computes and its tensors do not show. */
  readonly assumptions: readonly Assumption[];
  /** What else is to be known, in sentences. */
  readonly warnings: readonly string[];
}

/** The tensors of a state dict, by name. */
type Tensors = ReadonlyMap<string, LazyTensor>;

/** The network, whatever names its tensors have in the checkpoint. */
interface NetworkChoice extends Omit<ChosenModel, "tensors" | "settings" | "assumptions"> {
  /** Other networks with the same tensors that compute something else. */
  readonly alternatives: readonly NamedArchitecture[];
}

/** A choice whose tensors have timm's names, and what is assumed of it besides the network. */
type TranslatedChoice = NetworkChoice & Pick<ChosenModel, "tensors" | "settings" | "assumptions">;

/** Inputs of the decision besides the tensors. */
export interface ChooseModelOptions {
  /** The name that the caller gave. */
  readonly model?: string | undefined;
  /** The checkpoint's own statements. */
  readonly recorded?: RecordedModel;
  /** Settings that the caller gives, by name: `activation`. */
  readonly assume?: ReadonlyMap<string, string> | undefined;
  /** Of a whole module: the modules of the network, by their paths. */
  readonly modules?: Modules | undefined;
  /** The class of the whole module that the network is a part of. */
  readonly enclosingClass?: string | undefined;
  /** The number of classes of a head that the architecture itself does not have. */
  readonly headClasses?: number | undefined;
  /** What the files beside the checkpoint say. */
  readonly hub?: HubConfig | undefined;
  /** The size of images that the caller gives: tables of positions are resampled for it. */
  readonly size?: readonly [height: number, width: number] | undefined;
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
export async function chooseModel(tensors: Tensors, options: ChooseModelOptions = {}): Promise<ChosenModel> {
  const {
    model,
    recorded = NOTHING_RECORDED,
    hub,
    assume = new Map(),
    headClasses,
    modules,
    enclosingClass,
    size,
  } = options;
  const translations = translateNames(tensors, { config: hub?.config });
  const named = translations.length === 0 ? [{ tensors }] : translations;
  const body = await firstFit(named, { size, choose: (attempt) => choose(attempt, model, recorded.named) });
  const { alternatives, ...chosen } = headClasses === undefined ? body : { ...body, numClasses: headClasses };
  const { numClasses, warnings } = chosen;
  if (recorded.numClasses !== undefined && recorded.numClasses !== numClasses) {
    throw new MismatchError(
      `the checkpoint contradicts itself: its ${recorded.numClassesFrom ?? "num_classes"} is ${recorded.numClasses}, its classifier has ${numClasses} classes`,
      { hint: STATE_DICT_ALONE },
    );
  }
  const ofModules = modules && moduleSettings(chosen.architecture, modules);
  const { name, architecture: own } = withSettingsOf([chosen, ...alternatives], ofModules);
  const inFile = new Map([...(ofModules ?? []), ...(recorded.settings ?? [])]);
  const architecture = withNetworkSettings(withStated(own, inFile, recorded.named?.where), assume);
  const source = ofModules === undefined ? (recorded.named?.where ?? "") : "its modules";
  const changed = new Map<string, NetworkSource>([
    ...[...inFile.keys()].map((setting) => [setting, { origin: "file", source }] as const),
    ...[...assume.keys()].map((setting) => [setting, { origin: "given", source: "--assume" }] as const),
  ]);
  const said = saidBy(model, recorded.named);
  const differences = alternativeDifferences(chosen, alternatives, {
    tensors: chosen.tensors,
    numClasses: body.numClasses,
  });
  return {
    ...chosen,
    ...preprocessOf(chosen, recorded, hub),
    name,
    architecture,
    assumptions: [
      ...networkAssumptions({ name, architecture }, { alternatives, differences, said, changed }),
      ...forwardAssumptions([enclosingClass, modules?.get("")?.class]),
      ...chosen.assumptions,
    ],
    warnings: [...recorded.warnings, ...warnings],
  };
}

/** The first of the networks with the same tensors that has some settings; the first of all where none has. */
function withSettingsOf(
  networks: readonly NamedArchitecture[],
  settings: ReadonlyMap<string, string> | undefined,
): NamedArchitecture {
  const has = ({ architecture }: NamedArchitecture): boolean =>
    settingsOf(architecture).every(({ setting, value }) => (settings?.get(setting) ?? value) === value);
  return networks.find(has) ?? networks[0]!;
}

/**
 * A network with the settings that its file says.
 *
 * @throws UnsupportedError when it cannot have one of them.
 */
function withStated(
  architecture: Architecture,
  settings: ReadonlyMap<string, string>,
  where = "its modules",
): Architecture {
  try {
    return withNetworkSettings(architecture, settings);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    const list = [...settings].map(([setting, value]) => `${setting} ${value}`).join(", ");
    throw new UnsupportedError(`the checkpoint says ${list} beside ${where}: ${cause.message}`, {
      hint: "Export the network with torch.export, and convert the .pt2 file.",
      cause,
    });
  }
}

/** The libraries whose classes compute what is built here. */
const KNOWN_CLASSES = /^(?:(?:timm|torchvision)\.models|torch|fastai)\./;

/** Nothing of a class is executed or read: one of another library's may compute something else with the same modules. */
function forwardAssumptions(classes: readonly (string | undefined)[]): readonly Assumption[] {
  return classes.flatMap((name): readonly Assumption[] =>
    name === undefined || KNOWN_CLASSES.test(name)
      ? []
      : [{ setting: "forward of", value: name, origin: "assumed", alternatives: [] }],
  );
}

/** What names the network. */
function saidBy(model: string | undefined, inFile: RecordedModel["named"]): NetworkSource | undefined {
  if (model !== undefined) return { origin: "given", source: `--model ${model}` };
  return inFile === undefined ? undefined : { origin: "file", source: inFile.where };
}

/** A state dict under timm's names, which it has itself or by translation. */
type Named = Translation | Pick<TranslatedChoice, "tensors">;

/** The first of a state dict's translations that is a network; else the first one's error. */
async function firstFit(
  named: readonly Named[],
  { size, choose }: Pick<ChooseModelOptions, "size"> & { readonly choose: (attempt: Named) => Promise<NetworkChoice> },
): Promise<TranslatedChoice> {
  let failure: unknown;
  for (const attempt of await withResampledTables(named, size)) {
    try {
      const choice = await choose(attempt);
      const body =
        "source" in attempt ? translated(choice, attempt) : { ...choice, tensors: attempt.tensors, assumptions: [] };
      return { ...body, assumptions: [...positionAssumption(attempt.resampled), ...body.assumptions] };
    } catch (error) {
      if (!(error instanceof MismatchError || error instanceof UnsupportedError)) throw error;
      failure ??= error;
    }
  }
  throw await tableRefusal(failure, named[0]!);
}

function positionAssumption(resampled: string | undefined): readonly Assumption[] {
  if (resampled === undefined) return [];
  return [{ setting: "positions", value: resampled, origin: "given", source: "--size", alternatives: [] }];
}

/** Weights of another library's: trained with its own preprocessing, and computed with its own settings. */
function translated(
  choice: NetworkChoice,
  { source, tensors, assumptions, ...settings }: Translation,
): TranslatedChoice {
  const own: Partial<NetworkChoice> =
    choice.preprocessFrom === "candidates"
      ? { preprocess: defaultPreprocess(choice.architecture), preprocessFrom: "default" }
      : {};
  const note = `The tensors have the names of ${source}: they are converted as timm's ${choice.name}.`;
  const assumed = assumptions.map((value): Assumption => ({
    setting: source,
    value,
    origin: "assumed",
    alternatives: [],
  }));
  return { ...choice, ...own, tensors, settings, assumptions: assumed, warnings: [note, ...choice.warnings] };
}

async function choose(
  { tensors, architectures }: Partial<Translation> & Pick<Translation, "tensors">,
  model: string | undefined,
  inFile: RecordedModel["named"],
): Promise<NetworkChoice> {
  if (model === undefined && inFile === undefined)
    return withoutName(await identifyModel(tensors, { prefer: architectures }));
  if (model === undefined) return namedInFile(tensors, inFile!);
  const info = await findModel(model);
  if (inFile !== undefined && !sameArchitecture(info, inFile.info)) {
    const own = inFile.info.architectureName;
    throw new MismatchError(`the model is named ${info.name}; the checkpoint's ${inFile.where} says ${own}`, {
      hint: `Name the model ${own}, or leave it out. If the checkpoint is wrong, save its state dict alone in Python.`,
      details: { model: info.name, recorded: own },
    });
  }
  return named(tensors, info, model);
}

async function named(tensors: Tensors, info: ModelInfo, given: string): Promise<NetworkChoice> {
  const { preprocess } = info;
  const architecture = withChannelsOf(await loadArchitecture(info.architectureName), tensors);
  const numClasses = countClasses(classifierOf(architecture), tensors);
  const label = info.aliases.includes(given) ? `${info.name} (formerly ${given})` : info.name;
  checkParameters(tensors, { architecture, numClasses, label });
  const sameHead = numClasses === info.numClasses;
  return {
    name: info.name,
    architecture,
    numClasses,
    candidates: [info],
    preprocess,
    preprocessFrom: "model",
    license: sameHead ? info.license : undefined,
    alternatives: [],
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
): Promise<NetworkChoice> {
  const name = info.architectureName;
  const architecture = withChannelsOf(await loadArchitecture(name), tensors);
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
  return withoutName({ name, architecture, numClasses, candidates, alternatives: [] });
}

/** The choice where the caller names no model. */
function withoutName(identified: IdentifiedModel): NetworkChoice {
  const { name, architecture, numClasses, candidates, alternatives } = identified;
  const agreed = agreedPreprocess(candidates.filter((candidate) => candidate.numClasses === numClasses));
  return {
    name,
    architecture,
    numClasses,
    candidates,
    preprocess: agreed ?? defaultPreprocess(architecture),
    preprocessFrom: agreed === undefined ? "default" : "candidates",
    license: undefined,
    alternatives,
    warnings: [],
  };
}
