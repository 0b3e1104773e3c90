import { classSet } from "@samoyed/models";
import type { ChosenModel } from "./choose-model.ts";
import type { ModelOptions } from "./options.ts";

/** Warnings about a conversion that succeeded, in sentences for a person. */
export function conversionWarnings(model: ChosenModel, options: ModelOptions): readonly string[] {
  const { features = false, labels } = options;
  const warnings = [...model.warnings];
  if (model.numClasses === 1 && !features) {
    warnings.push("The classifier has one logit: its sigmoid is the probability of the second of two classes.");
  }
  if (model.numClasses === 0 && !features) {
    warnings.push("The checkpoint has no classifier: the output is the pooled features.");
  } else if (labels === undefined && !features) {
    warnings.push(
      model.labels === undefined
        ? "No labels were given: classes will be known by their numbers."
        : `Class names are those that ${model.name} was published with, ${classSet(model)}; --labels gives others.`,
    );
  }
  return warnings;
}
