import type { PreprocessConfig } from "@samoyed/core";
import type { Alternative, Assumption } from "@samoyed/models";
import type { ChosenModel } from "./choose-model.ts";

/** A setting of the preprocessing, in the words of a report, with the option that gives it. */
export interface PreprocessSetting {
  readonly key: keyof PreprocessConfig;
  readonly option: string;
  readonly text: (config: PreprocessConfig) => string;
}

/** Every setting, the image's size first. */
export const PREPROCESS_SETTINGS: readonly PreprocessSetting[] = [
  { key: "inputSize", option: "--size", text: ({ inputSize }) => inputSize.slice(1).join("×") },
  { key: "interpolation", option: "--interpolation", text: ({ interpolation }) => interpolation },
  { key: "cropPct", option: "--crop-pct", text: ({ cropPct }) => `crop ${cropPct}` },
  { key: "cropMode", option: "--crop-mode", text: ({ cropMode }) => `${cropMode} crop` },
  { key: "mean", option: "--mean", text: ({ mean }) => `mean ${mean.join(",")}` },
  { key: "std", option: "--std", text: ({ std }) => `std ${std.join(",")}` },
];

/** Most published models that an assumption names. */
const SHOWN_MODELS = 3;

const textOf = (settings: readonly PreprocessSetting[], config: PreprocessConfig): string =>
  settings.map(({ text }) => text(config)).join(", ");

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
  const config = { ...model.preprocess, ...given };
  const isGiven = ({ key }: PreprocessSetting): boolean => given[key] !== undefined;
  const own = PREPROCESS_SETTINGS.filter(isGiven);
  const rest = PREPROCESS_SETTINGS.filter((setting) => !isGiven(setting));
  const setting = "preprocessing";
  const { origin, source } = sourceOf(model);
  const byModel = model.candidates.slice(0, SHOWN_MODELS).map(({ name, preprocess }) => {
    const other = rest.filter(({ text }) => text(preprocess) !== text(config));
    return { option: `--model ${name}`, ...(other.length > 0 && { value: textOf(other, preprocess) }) };
  });
  const alternatives: readonly Alternative[] =
    origin === "assumed" ? [...rest.map(({ option }) => ({ option })), ...byModel] : [];
  return [
    ...(own.length === 0
      ? []
      : [{ setting, value: textOf(own, config), origin: "given", alternatives: [] } as const satisfies Assumption]),
    ...(rest.length === 0
      ? []
      : [{ setting, value: textOf(rest, config), origin, ...(source !== undefined && { source }), alternatives }]),
  ];
}
