import { type PreprocessConfig, UsageError } from "@samoyed/core";
import type { Option, Values } from "../command.ts";
import { choice, text } from "../values.ts";
import { numbers } from "./number-lists.ts";
import { RESIZE_OPTIONS, resizeOverrides } from "./resize-option.ts";

/** Settings that are one word of a few: the option, and the setting that it gives. */
const WORDS = {
  interpolation: { key: "interpolation", words: ["bicubic", "bilinear", "box", "hamming", "lanczos", "nearest"] },
  "crop-mode": { key: "cropMode", words: ["center", "squash", "border"] },
  "crop-rounding": { key: "cropRounding", words: ["half-even", "floor", "floor-ceil"] },
  resampler: { key: "resampler", words: ["pillow", "torch-antialias", "torch", "opencv"] },
  "channel-order": { key: "channelOrder", words: ["rgb", "bgr"] },
  "exif-orientation": { key: "exifOrientation", words: ["apply", "ignore"] },
} as const satisfies Readonly<
  Record<string, { readonly key: keyof PreprocessConfig; readonly words: readonly string[] }>
>;

type WordOption = keyof typeof WORDS;

function wordOption(name: WordOption, description?: string): Option {
  const words = WORDS[name].words.join(", ");
  return { type: "string", value: "NAME", description: description === undefined ? words : `${description}: ${words}` };
}

/** The option that says whether photographs are turned upright. */
export const ORIENTATION_OPTION: Readonly<Record<string, Option>> = {
  "exif-orientation": {
    type: "string",
    value: "HOW",
    description: "whether images are turned as their EXIF data say: apply or ignore (default ignore, as timm)",
  },
};

/** The setting of `ORIENTATION_OPTION`, if given. */
export function orientationOverride(values: Values): Pick<PreprocessConfig, "exifOrientation"> {
  return wordOverride(values, "exif-orientation");
}

/** The options that say how an image becomes a tensor, for the commands that take them. */
export const PREPROCESS_OPTIONS: Readonly<Record<string, Option>> = {
  preprocess: {
    type: "string",
    value: "NAME",
    description:
      "all settings at once: torchvision:WEIGHTS, timm:MODEL, clip, yolo, or a preprocessor_config.json; the options below change them",
  },
  size: { type: "string", value: "N or H,W", description: "input size in pixels; C,H,W with C = 1 for gray images" },
  interpolation: wordOption("interpolation"),
  "crop-pct": { type: "string", value: "X", description: "share of the resized image that the crop keeps" },
  "crop-mode": wordOption("crop-mode"),
  ...RESIZE_OPTIONS,
  resampler: wordOption("resampler", "whose resizing is computed"),
  "crop-rounding": wordOption("crop-rounding", "where half a pixel of a crop goes"),
  mean: { type: "string", value: "R,G,B", description: "per channel, of values from 0 to 1" },
  std: { type: "string", value: "R,G,B", description: "per channel" },
  "value-range": { type: "string", value: "1|255", description: "the largest value that --mean and --std are for" },
  "channel-order": wordOption("channel-order", "order of the network's channels, and of --mean and --std"),
  background: {
    type: "string",
    value: "R,G,B",
    description: "color behind transparent pixels (default: alpha is dropped)",
  },
  ...ORIENTATION_OPTION,
};

const RGB = 3;

/** Whether images have three channels, or one where `--size` says so; or as many as the options have numbers. */
export type Channels = "rgb" | "any";

/** How many channels have a mean and a deviation: those of RGB images, unless both options have another number of values. */
function channelsOf(values: Values): number {
  const [means, deviations] = ["mean", "std"].map((name) => text(values, name)?.split(",").length);
  return means !== undefined && means === deviations ? means : RGB;
}

function sizeOf(values: Values, channels: Channels): readonly [number, number, number] | undefined {
  const size = numbers(values, "size", { counts: [1, 2, 3], least: 1, whole: true });
  if (size === undefined) return undefined;
  const count = channels === "any" ? channelsOf(values) : RGB;
  if (size.length < 3) return [count, size[0]!, size[1] ?? size[0]!];
  if (channels === "any" || size[0] === 1 || size[0] === RGB) return size as [number, number, number];
  throw new UsageError(`--size got ${JSON.stringify(text(values, "size"))}; expected 1 or 3 channels`);
}

function wordOverride(values: Values, name: WordOption): Partial<PreprocessConfig> {
  const { key, words } = WORDS[name];
  return text(values, name) === undefined ? {} : { [key]: choice<string>(values, name, words) };
}

/**
 * The settings that the options give; only those that were given.
 *
 * @param channels - `any`: as many as `--mean` and `--std` have numbers, unless `--size` says it.
 */
export function preprocessOverrides(values: Values, channels: Channels = "rgb"): Partial<PreprocessConfig> {
  const inputSize = sizeOf(values, channels);
  const count = inputSize?.[0] ?? (channels === "any" ? channelsOf(values) : RGB);
  const cropPct = numbers(values, "crop-pct", { counts: [1] })?.[0];
  if (cropPct !== undefined && !(cropPct > 0 && cropPct <= 1)) {
    throw new UsageError(`--crop-pct got ${cropPct}; expected a number above 0 and at most 1`);
  }
  const mean = numbers(values, "mean", { counts: [count] });
  const std = numbers(values, "std", { counts: [count] });
  if (std?.includes(0)) throw new UsageError("--std got 0; expected numbers above 0");
  const range = numbers(values, "value-range", { counts: [1] })?.[0];
  if (range !== undefined && range !== 1 && range !== 255) {
    throw new UsageError(`--value-range got ${range}; expected 1 or 255`);
  }
  const background = numbers(values, "background", { counts: [3], most: 255 });
  return {
    ...(inputSize && { inputSize }),
    ...(cropPct !== undefined && { cropPct }),
    ...resizeOverrides(values),
    ...(mean && { mean }),
    ...(std && { std }),
    ...(range && { valueRange: range }),
    ...(background && { background }),
    ...Object.assign({}, ...(Object.keys(WORDS) as WordOption[]).map((name) => wordOverride(values, name))),
  };
}
