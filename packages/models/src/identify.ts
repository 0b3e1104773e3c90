import { MismatchError, UnsupportedError } from "@samoyed/core";
import { countClasses } from "./architecture.ts";
import { catalogueFamily } from "./catalogue/catalogue-family.ts";
import type { CataloguedArchitecture } from "./catalogue/catalogued-architecture.ts";
import { type Catalogue, openCatalogue } from "./catalogue/catalogue.ts";
import { mismatch, prefixHint } from "./check-parameters.ts";
import { knownModels, type ModelInfo } from "./checkpoints.ts";
import { type ParameterDifference, parameterDifferences } from "./differences.ts";
import { FAMILIES } from "./families/index.ts";
import type { Architecture, Classifier, Family, Hypothesis, Recognition } from "./family.ts";
import { missingStatistics } from "./missing-statistics.ts";
import type { NamedArchitecture } from "./network-assumptions.ts";
import type { TensorType } from "./parameter.ts";

/** Result of `identifyModel`. */
export interface IdentifiedModel {
  readonly architecture: Architecture;
  /** 0 without a classifier. */
  readonly numClasses: number;
  /** timm's name of the architecture, without a tag; or one that describes it, if timm has no name for it. */
  readonly name: string;
  /**
   * Published networks with the same tensors, which tensors do not distinguish. If none has as many classes, those from
   * which the checkpoint may have been fine-tuned. The chosen architecture's come first, in timm's order.
   */
  readonly candidates: readonly ModelInfo[];
  /** Other networks with the same tensors that compute something else. */
  readonly alternatives: readonly NamedArchitecture[];
}

type Tensors = ReadonlyMap<string, TensorType>;

/** A hypothesis and the tensors' differences from it. */
interface Fit extends Hypothesis {
  readonly classifier: Classifier;
  readonly numClasses: number;
  readonly differences: readonly ParameterDifference[];
}

/** Most tensor names in an error. */
const SHOWN_NAMES = 3;

function fitTo(family: Family, tensors: Tensors): (hypothesis: Hypothesis) => Fit {
  return (hypothesis) => {
    const classifier = family.classifier(hypothesis.architecture);
    const numClasses = countClasses(classifier, tensors);
    const parameters = family.parameters(hypothesis.architecture, { numClasses });
    return { ...hypothesis, classifier, numClasses, differences: parameterDifferences(parameters, tensors) };
  };
}

function unsupported(tensors: Tensors, families: readonly Family[]): UnsupportedError {
  const names = [...tensors.keys()];
  const shown = [...names.slice(0, SHOWN_NAMES), ...(names.length > SHOWN_NAMES ? ["…"] : [])].join(", ");
  const what = names.length === 0 ? "no tensors" : `${names.length} tensors (${shown})`;
  const sources = families.map(({ source }) => source).join(", ");
  return new UnsupportedError(`the checkpoint contains ${what}; that is not a network of ${sources}`, {
    hint:
      prefixHint(tensors) ??
      "samoyed models lists the networks that are known. Export any other with torch.export, and convert the .pt2 file.",
  });
}

/** Largest share of tensors that may differ; beyond it, the network is of another kind. */
const NEAR = 0.5;

/** Whether two architectures compute the same: names of timm's may be of one network. */
export function isSameNetwork(a: Architecture, b: Architecture): boolean {
  if ("fileName" in a || "fileName" in b) return "fileName" in a && "fileName" in b && a.fileName === b.fileName;
  // A configuration is all of a network.
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The published checkpoints of architectures, in timm's order. */
type PublishedOf = (architectureNames: readonly string[]) => readonly ModelInfo[];

function chooseAmong(fits: readonly Fit[], publishedOf: PublishedOf): IdentifiedModel {
  const fitOf = (model: ModelInfo): Fit => fits.find(({ name }) => name === model.architectureName)!;
  const models = publishedOf(fits.map(({ name }) => name));
  const sameHead = models.filter((model) => model.numClasses === fitOf(model).numClasses);
  const possible = sameHead.length > 0 ? sameHead : models;
  const named = fits.filter((fit) => possible.some((model) => fitOf(model) === fit));
  const likely = named.length > 0 ? named : fits;
  const [chosen] = likely;
  const isChosen = (model: ModelInfo): boolean => fitOf(model) === chosen;
  const { architecture, numClasses, name } = chosen!;
  // Any network may have lost its classifier, not only those that are published without one.
  const others = (numClasses === 0 ? fits : likely).filter((fit) => fit !== chosen);
  return {
    architecture,
    numClasses,
    name,
    candidates: [...possible.filter(isChosen), ...possible.filter((model) => !isChosen(model))],
    alternatives: others.filter((other) => !isSameNetwork(other.architecture, architecture)),
  };
}

/** What each family recognizes in the tensors, and how well its hypotheses fit. */
function recognitions(
  families: readonly Family[],
  tensors: Tensors,
): {
  readonly found: readonly (Recognition & { readonly fit: (hypothesis: Hypothesis) => Fit })[];
  readonly fits: readonly Fit[];
} {
  const found = families.flatMap((family) => {
    const recognition = family.recognize(tensors);
    return recognition === undefined ? [] : [{ ...recognition, fit: fitTo(family, tensors) }];
  });
  return { found, fits: found.flatMap(({ hypotheses, fit }) => hypotheses.map(fit)) };
}

function exactFits(fits: readonly Fit[]): readonly Fit[] {
  return fits.filter(({ differences }) => differences.length === 0);
}

/** Some of the fits: those with certain names, if there are any. */
function preferred(fits: readonly Fit[], names: RegExp | undefined): readonly Fit[] {
  const found = names === undefined ? [] : fits.filter(({ name }) => names.test(name));
  return found.length > 0 ? found : fits;
}

/** `identifyModel` among given families and published checkpoints. */
export function identifyAmong(
  families: readonly Family[],
  tensors: Tensors,
  publishedOf: PublishedOf,
  prefer?: RegExp,
): IdentifiedModel {
  const { found, fits } = recognitions(families, tensors);
  const exact = exactFits(fits);
  if (exact.length > 0) return chooseAmong(preferred(exact, prefer), publishedOf);

  const refusal = found.find((recognition) => recognition.refusal !== undefined)?.refusal;
  if (refusal !== undefined) throw refusal;
  const tried = [...found.flatMap(({ nearMisses, fit }) => nearMisses().map(fit)), ...fits];
  for (const { name, differences } of tried) {
    const error = missingStatistics(differences, { tensors, label: name });
    if (error !== undefined) throw error;
  }
  const [first, ...rest] = tried;
  if (first === undefined) throw unsupported(tensors, families);
  const nearest = rest.reduce((best, next) => (next.differences.length < best.differences.length ? next : best), first);
  if (nearest.differences.length > NEAR * tensors.size) throw unsupported(tensors, families);
  const { differences, name, classifier } = nearest;
  throw mismatch(differences, { tensors, classifier, label: `${name}, the nearest architecture` });
}

type Catalogued = Hypothesis<CataloguedArchitecture>;

/** The catalogue as a family that has looked the tensors up. */
function lookedUp(
  hypotheses: readonly Catalogued[],
  nearMisses: readonly Catalogued[] = [],
): Family<CataloguedArchitecture> {
  return {
    ...catalogueFamily,
    recognize: () => {
      if (hypotheses.length === 0 && nearMisses.length === 0) return undefined;
      return { hypotheses, nearMisses: () => nearMisses };
    },
  };
}

/** Options of `identifyModel` and `fitModel`. */
interface IdentifyOptions {
  /** Default: the one of `@samoyed/architectures`. */
  readonly catalogue?: Catalogue | undefined;
}

/** An architecture that a state dict fits. */
export type FittingModel = Pick<IdentifiedModel, "architecture" | "numClasses" | "name">;

/**
 * The first known architecture that a state dict fits, tensor by tensor; `undefined` if there is none. Cheaper than
 * `identifyModel`, for a search through many dictionaries: it neither ranks what fits nor looks for what nearly does.
 */
export async function fitModel(
  tensors: Tensors,
  { catalogue }: IdentifyOptions = {},
): Promise<FittingModel | undefined> {
  const ofFamilies = exactFits(recognitions(FAMILIES, tensors).fits)[0];
  if (ofFamilies !== undefined) return ofFamilies;
  const candidates = await (catalogue ?? (await openCatalogue())).candidates(tensors);
  return exactFits(recognitions([lookedUp(candidates)], tensors).fits)[0];
}

/**
 * Recognizes a network by the names and shapes in its state dict: with any number of classes and input channels; ResNets
 * of any depth, width and cardinality, published or not; every other network of timm's that the catalogue contains. No
 * weight is read.
 *
 * Networks may share all tensors but compute differently (`resnet50`, `resnetblur50`, `resnetaa50`): then the
 * likeliest is chosen, or the only one published with that many classes, and `alternatives` has the others. `candidates` lists
 * every published checkpoint that it may be, with its preprocessing.
 *
 * @throws FormatError when it has all tensors except the running statistics; a network with group norms, whose tensors
 *   are the same, must be named.
 * @throws MismatchError when it almost fits a known network, with the first ten differences.
 * @throws UnsupportedError when it is not a known network.
 */
export async function identifyModel(
  tensors: Tensors,
  {
    catalogue,
    prefer,
  }: IdentifyOptions & {
    /** The names of architectures that are meant where others have the same tensors. */
    readonly prefer?: RegExp | undefined;
  } = {},
): Promise<IdentifiedModel> {
  const [opened, known] = await Promise.all([catalogue ?? openCatalogue(), knownModels()]);
  const publishedOf: PublishedOf = (names) => known.modelsOf(names);
  const asCode = new Set(FAMILIES.flatMap((family) => [...family.names()]));
  const isData = (name: string): boolean => !asCode.has(name);
  const candidates = await opened.candidates(tensors, isData);
  try {
    return identifyAmong([...FAMILIES, lookedUp(candidates)], tensors, publishedOf, prefer);
  } catch (error) {
    // Only an error needs the nearest ones.
    if (!(error instanceof UnsupportedError || error instanceof MismatchError)) throw error;
    const nearest = await opened.nearest(tensors, isData);
    return identifyAmong([...FAMILIES, lookedUp(candidates, nearest)], tensors, publishedOf, prefer);
  }
}
