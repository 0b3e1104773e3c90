import { classSet } from "@samoyed/models";
import type { ChosenModel } from "./choose-model.ts";
import type { ModelOptions } from "./options.ts";

/** Warnings about a conversion that succeeded, in sentences for a person. */
export function conversionWarnings(model: ChosenModel, options: ModelOptions): readonly string[] {
  const { preprocess, features = false, labels } = options;
  const warnings = [...model.warnings];
  if (preprocess === undefined && model.preprocessFrom === "default") {
    warnings.push(defaultPreprocess(model));
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

function defaultPreprocess({ candidates }: ChosenModel): string {
  const names = candidates.slice(0, 3).map(({ name }) => name);
  const example = names.length === 0 ? "" : `, such as ${names.join(" or ")}`;
  return (
    "The tensors do not tell how images were prepared: timm's default is recorded (224 pixels, bicubic, crop 0.875, " +
    `ImageNet's mean and deviation). If that is not so, name the model${example}, or give the settings.`
  );
}
