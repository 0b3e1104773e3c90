import type { PadRule, PreprocessConfig, ResizeRule } from "@samoyed/core";

/** A setting of the preprocessing, in the words of a report, with the option that gives it. */
export interface PreprocessSetting {
  readonly key: keyof PreprocessConfig;
  readonly option: string;
  /** Absent where another setting says it, or where it is timm's. */
  readonly text: (config: PreprocessConfig) => string | undefined;
}

const sides = (size: readonly number[]): string => size.join("×");

function resizeText({ mode, size, maxSize }: ResizeRule, [, height, width]: PreprocessConfig["inputSize"]): string {
  switch (mode) {
    case "none":
      return "not resized";
    case "exact":
      return `resized to exactly ${sides(size ?? [height, width])}`;
    case "fit":
      return `fitted into ${sides(size ?? [height, width])}`;
    case "longest":
      return `longer side to ${size?.[0]}`;
    default:
      return `shorter side to ${size?.[0]}${maxSize === undefined ? "" : ` and longer to at most ${maxSize}`}`;
  }
}

function padText({ position = "center", color, value }: PadRule): string {
  const filling = value === undefined ? `color ${(color ?? [0]).join(",")}` : `${value} after normalization`;
  return `padded with ${filling}${position === "center" ? "" : `, image ${position}`}`;
}

/** What comes after a resize. */
function cropText({ resize, inputSize }: PreprocessConfig): string | undefined {
  return resize?.mode === "shortest" || resize?.mode === "none" ? `crop to ${sides(inputSize.slice(1))}` : undefined;
}

/** Every setting, the image's size first. */
export const PREPROCESS_SETTINGS: readonly PreprocessSetting[] = [
  {
    key: "inputSize",
    option: "--size",
    text: ({ inputSize: [channels, ...size] }) => `${channels === 1 ? "gray " : ""}${sides(size)}`,
  },
  { key: "interpolation", option: "--interpolation", text: ({ interpolation }) => interpolation },
  {
    key: "resize",
    option: "--resize",
    text: (config) =>
      config.resize && [resizeText(config.resize, config.inputSize), cropText(config)].filter(Boolean).join(", "),
  },
  { key: "pad", option: "--pad", text: ({ pad }) => pad && padText(pad) },
  { key: "cropPct", option: "--crop-pct", text: ({ resize, cropPct }) => (resize ? undefined : `crop ${cropPct}`) },
  {
    key: "cropMode",
    option: "--crop-mode",
    text: ({ resize, cropMode }) => (resize ? undefined : `${cropMode} crop`),
  },
  { key: "mean", option: "--mean", text: ({ mean }) => `mean ${mean.join(",")}` },
  { key: "std", option: "--std", text: ({ std }) => `std ${std.join(",")}` },
  {
    key: "valueRange",
    option: "--value-range",
    text: ({ valueRange }) => valueRange && `values from 0 to ${valueRange}`,
  },
  {
    key: "channelOrder",
    option: "--channel-order",
    text: ({ channelOrder }) => channelOrder && `channels ${channelOrder.toUpperCase()}`,
  },
  { key: "resampler", option: "--resampler", text: ({ resampler }) => resampler && `resized as ${resampler}` },
  {
    key: "cropRounding",
    option: "--crop-rounding",
    text: ({ cropRounding }) => cropRounding && `center rounded ${cropRounding}`,
  },
  {
    key: "background",
    option: "--background",
    text: ({ background }) => background && `alpha over ${background.join(",")}`,
  },
  {
    key: "exifOrientation",
    option: "--exif-orientation",
    text: ({ exifOrientation: orientation }) => orientation && `EXIF orientation: ${orientation}`,
  },
];

/** Settings that timm's configurations have: one of another kind is assumed by nobody. */
export const BASIC_SETTINGS: readonly PreprocessSetting[] = PREPROCESS_SETTINGS.filter(({ key }) =>
  ["inputSize", "interpolation", "cropPct", "cropMode", "mean", "std"].includes(key),
);

/** Settings in the words of a report: `224×224, bicubic, crop 0.875, center crop`; empty where none has words. */
export function preprocessText(
  config: PreprocessConfig,
  settings: readonly PreprocessSetting[] = PREPROCESS_SETTINGS,
): string {
  return settings.flatMap(({ text }) => text(config) ?? []).join(", ");
}
