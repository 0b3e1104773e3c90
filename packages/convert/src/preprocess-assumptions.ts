import type { PreprocessConfig } from "@samoyed/core";
import type { Alternative, Assumption } from "@samoyed/models";
import { overrideConfig } from "@samoyed/preprocess/settings";
import type { ChosenModel } from "./choose-model.ts";
import { PREPROCESS_SETTINGS, type PreprocessSetting, preprocessText } from "./preprocess-settings.ts";

/** Most published models that an assumption names. */
const SHOWN_MODELS = 3;

function sourceOf({ preprocessFrom, name, candidates }: ChosenModel): Pick<Assumption, "origin" | "source"> {
  switch (preprocessFrom) {
    case "model":
      return { origin: "published", source: name };
    case "candidates":
      return { origin: "published", source: candidates[0]!.name };
    case "checkpoint":
      return { origin: "file" };
    default:
      return { origin: "assumed" };
  }
}

/** How images are prepared, and what that is taken from: what the caller gave, and the rest. */
export function preprocessAssumptions(
  model: ChosenModel,
  given: Partial<PreprocessConfig> = {},
): readonly Assumption[] {
  const config = overrideConfig(model.preprocess, given);
  const shown = PREPROCESS_SETTINGS.filter(({ text }) => text(config) !== undefined);
  const isGiven = ({ key }: PreprocessSetting): boolean => given[key] !== undefined;
  const own = shown.filter(isGiven);
  const rest = shown.filter((setting) => !isGiven(setting));
  const setting = "preprocessing";
  const { origin, source } = sourceOf(model);
  const byModel = model.candidates.slice(0, SHOWN_MODELS).map(({ name, preprocess }) => {
    const other = rest.filter(({ text }) => text(preprocess) !== text(config));
    return { option: `--model ${name}`, ...(other.length > 0 && { value: preprocessText(preprocess, other) }) };
  });
  const alternatives: readonly Alternative[] =
    origin === "assumed" ? [...rest.map(({ option }) => ({ option })), ...byModel] : [];
  return [
    ...(own.length === 0
      ? []
      : [
          {
            setting,
            value: preprocessText(config, own),
            origin: "given",
            alternatives: [],
          } as const satisfies Assumption,
        ]),
    ...(rest.length === 0
      ? []
      : [
          {
            setting,
            value: preprocessText(config, rest),
            origin,
            ...(source !== undefined && { source }),
            alternatives,
          },
        ]),
  ];
}
