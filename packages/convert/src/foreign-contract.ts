import type { Contract, PreprocessConfig } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { buildContract } from "./build-contract.ts";
import { DEFAULT_PREPROCESS } from "./choose-model.ts";
import { imagePorts } from "./image-ports.ts";
import { logitsOutput } from "./logits-output.ts";
import type { ModelOptions } from "./options.ts";

/** A model of another producer that got a contract. */
export interface ForeignModel {
  /** The graph, which ends in logits. */
  readonly graph: Graph;
  readonly contract: Contract;
  /** What was assumed or changed, in sentences for a person. */
  readonly warnings: readonly string[];
}

/** Statements about a model that has no contract. */
export type ForeignOptions = Pick<ModelOptions, "labels" | "preprocess" | "weights">;

/** Settings that may be assumed, in the words of a report, with the options that give them. */
const ASSUMED: readonly {
  readonly key: keyof PreprocessConfig;
  readonly option: string;
  readonly text: (config: PreprocessConfig) => string;
}[] = [
  { key: "interpolation", option: "--interpolation", text: ({ interpolation }) => interpolation },
  { key: "cropPct", option: "--crop-pct", text: ({ cropPct }) => `crop ${cropPct}` },
  { key: "cropMode", option: "--crop-mode", text: ({ cropMode }) => `${cropMode} crop` },
  { key: "mean", option: "--mean", text: ({ mean }) => `mean ${mean.join(",")}` },
  { key: "std", option: "--std", text: ({ std }) => `std ${std.join(",")}` },
];

function assumptions(given: Partial<PreprocessConfig>, config: PreprocessConfig): readonly string[] {
  const missing = ASSUMED.filter(({ key }) => given[key] === undefined);
  if (missing.length === 0) return [];
  const settings = missing.map(({ text }) => text(config)).join(", ");
  const options = missing.map(({ option }) => option).join(", ");
  return [`Assumed, for the model does not say it: ${settings}. If that is not so, give ${options}.`];
}

/**
 * Gives a contract to a model that has none, from what the caller says: its images are prepared by timm's defaults
 * where nothing else was given, and a warning lists those. The image's size is the graph's own unless that is open.
 *
 * @throws UnsupportedError when the model is not a classifier of images.
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
  const { preprocess: given = {}, labels } = options;
  const { inputSize, numClasses } = imagePorts(original, given.inputSize);
  const { graph, removed } = logitsOutput(original);
  const preprocess = { ...DEFAULT_PREPROCESS, ...given, inputSize };
  const model = { name, preprocess, numClasses, license: undefined };
  const contract = buildContract({ model, graph, source, task: "logits" }, options);
  return {
    graph,
    contract,
    warnings: [
      ...assumptions(given, preprocess),
      ...(labels === undefined ? ["No labels were given: classes will be known by their numbers."] : []),
      ...(removed === undefined
        ? []
        : [`The ${removed} at the model's end is left out: "${contract.output}" gives logits, as classify expects.`]),
    ],
  };
}
