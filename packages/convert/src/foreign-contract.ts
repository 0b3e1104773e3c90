import type { Contract, PreprocessConfig } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { overrideConfig } from "@samoyed/preprocess/settings";
import { buildContract } from "./build-contract.ts";
import { DEFAULT_PREPROCESS } from "./choose-preprocess.ts";
import { imagePorts } from "./image-ports.ts";
import { logitsOutput } from "./logits-output.ts";
import type { Assumption } from "@samoyed/models";
import type { ModelOptions } from "./options.ts";
import { BASIC_SETTINGS, preprocessText } from "./preprocess-settings.ts";
import { requireNoAssumptions } from "./require-no-assumptions.ts";

/** A model of another producer that got a contract. */
export interface ForeignModel {
  /** The graph, which ends in logits. */
  readonly graph: Graph;
  readonly contract: Contract;
  /** What was assumed or changed, in sentences for a person. */
  readonly warnings: readonly string[];
}

/** Statements about a model that has no contract. */
export type ForeignOptions = Pick<ModelOptions, "labels" | "preprocess" | "weights" | "strict">;

/** What may be assumed: the size is the graph's own, or given. */
const ASSUMED = BASIC_SETTINGS.filter(({ key }) => key !== "inputSize");

/** The settings that nothing says, as one assumption; none where everything is said. */
function assumedPreprocess(given: Partial<PreprocessConfig>, config: PreprocessConfig): readonly Assumption[] {
  const missing = ASSUMED.filter(({ key, text }) => given[key] === undefined && text(config) !== undefined);
  if (missing.length === 0) return [];
  const value = preprocessText(config, missing);
  const alternatives = missing.map(({ option }) => ({ option }));
  return [{ setting: "preprocessing", value, origin: "assumed", alternatives }];
}

function inWords({ value, alternatives }: Assumption): string {
  const options = alternatives.map(({ option }) => option).join(", ");
  return `Assumed, for the model does not say it: ${value}. If that is not so, give ${options}.`;
}

/**
 * Gives a contract to a model that has none, from what the caller says: its images are prepared by timm's defaults
 * where nothing else was given, and a warning lists those. The image's size is the graph's own unless that is open.
 *
 * @throws UnsupportedError when the model is not a classifier of images, and with `strict` when something is assumed.
 * @throws UsageError when the size of its images is not known; MismatchError when the labels or the size do not fit.
 */
export function foreignContract(
  original: Graph,
  {
    name,
    source,
    options,
  }: {
    readonly name: string;
    readonly source: { readonly name: string; readonly sha256: string };
    readonly options: ForeignOptions;
  },
): ForeignModel {
  const { preprocess: given = {}, labels, strict = false } = options;
  const { inputSize, numClasses } = imagePorts(original, given.inputSize);
  const { graph, removed } = logitsOutput(original);
  const preprocess = overrideConfig(DEFAULT_PREPROCESS, { ...given, inputSize });
  const assumptions = assumedPreprocess(given, preprocess);
  if (strict) requireNoAssumptions(assumptions);
  const model = { name, preprocess, numClasses, license: undefined };
  const contract = buildContract({ model, graph, source, task: "logits" }, options);
  return {
    graph,
    contract,
    warnings: [
      ...assumptions.map(inWords),
      ...(labels === undefined ? ["No labels were given: classes will be known by their numbers."] : []),
      ...(removed === undefined
        ? []
        : [`The ${removed} at the model's end is left out: "${contract.output}" gives logits, as classify expects.`]),
    ],
  };
}
