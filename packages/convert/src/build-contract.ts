import {
  type Contract,
  CONTRACT_VERSION,
  type ContractAssumption,
  labelsFit,
  MismatchError,
  type PreprocessConfig,
  UsageError,
} from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import type { Assumption } from "@samoyed/models";
import { checkConfig, overrideConfig } from "@samoyed/preprocess/settings";
import type { ChosenModel } from "./choose-model.ts";
import type { ModelOptions } from "./options.ts";
import { VERSION } from "./version.ts";

/** Parts of a contract besides the options. */
export interface ContractParts {
  readonly model: Pick<ChosenModel, "name" | "preprocess" | "numClasses" | "license" | "labels">;
  readonly graph: Graph;
  readonly source: { readonly name: string; readonly sha256: string };
  readonly assumptions?: readonly Assumption[];
  /** The kind of output; by the output's name when absent. */
  readonly task?: "logits" | "features";
}

/**
 * Everything that a runtime must know besides the graph.
 *
 * @throws MismatchError when there are labels, and not one for each class (of one logit: of both classes, or the positive).
 * @throws UsageError when there are labels for features, or settings of the preprocessing do not go together.
 */
export function buildContract(
  { model, graph, source, assumptions, task: given }: ContractParts,
  options: ModelOptions,
): Contract {
  const { standIn, references, license = model.license } = options;
  const [output, ...taps] = graph.outputs.map(({ name }) => name);
  const task = given ?? (output === "features" ? "features" : "logits");
  const labels = options.labels ?? (task === "features" ? undefined : model.labels);
  return {
    version: CONTRACT_VERSION,
    model: model.name,
    task,
    input: graph.inputs[0]!.name,
    output: output!,
    ...(taps.length > 0 && { taps }),
    preprocess: checkedPreprocess(model.preprocess, options.preprocess),
    ...(labels !== undefined && { labels: checkedLabels(labels, { model, task }) }),
    weights: options.weights ?? "float32",
    ...(license !== undefined && { license }),
    source,
    ...(assumptions !== undefined && { assumptions: assumptions.map(withoutAlternatives) }),
    ...(standIn !== undefined && { standIn }),
    ...(references !== undefined && references.length > 0 && { references }),
    generator: `samoyed ${VERSION}`,
  };
}

/** Options that choose otherwise are of the conversion, not of what it made. */
function withoutAlternatives({ setting, value, origin, source }: Assumption): ContractAssumption {
  return { setting, value, origin, ...(source !== undefined && source !== "" && { source }) };
}

/** Settings that a runtime would refuse are refused before anything is written. */
function checkedPreprocess(own: PreprocessConfig, given: Partial<PreprocessConfig> = {}): PreprocessConfig {
  const config = overrideConfig(own, given);
  // Images of other than 1 or 3 channels are prepared by the caller's own code.
  if ([1, 3].includes(config.inputSize[0])) checkConfig(config);
  return config;
}

function checkedLabels(
  labels: readonly string[],
  { model, task }: { readonly model: ContractParts["model"]; readonly task: Contract["task"] },
): readonly string[] {
  if (!labelsFit(labels, model.numClasses)) {
    throw new MismatchError(`${labels.length} labels were given; ${model.name} has ${model.numClasses} classes`, {
      hint:
        model.numClasses === 1
          ? "Of one logit, give the names of both classes, negative and positive, or of the positive one alone."
          : "Give one name per class, in class order, one a line.",
      details: { labels: labels.length, classes: model.numClasses },
    });
  }
  if (task === "features") {
    throw new UsageError("labels were given for features, which have no classes", {
      hint: "Leave one of the two out.",
    });
  }
  return labels;
}
