import { type PreprocessConfig, UsageError } from "@samoyed/core";
import type { Option, Values } from "./command.ts";
import { choice, text } from "./values.ts";

const INTERPOLATIONS = ["bicubic", "bilinear", "box", "hamming", "lanczos", "nearest"] as const;
const ORIENTATIONS = ["apply", "ignore"] as const;
const CROP_MODES = ["center", "squash", "border"] as const;

/** The option that says whether photographs are turned upright. */
export const ORIENTATION_OPTION: Readonly<Record<string, Option>> = {
  "exif-orientation": {
    type: "string",
    value: "apply|ignore",
    description: "whether images are turned as their EXIF data say (default ignore, as timm)",
  },
};

/** The settings of `ORIENTATION_OPTION`, if given. */
export function orientationOverride(values: Values): Pick<PreprocessConfig, "exifOrientation"> {
  if (text(values, "exif-orientation") === undefined) return {};
  return { exifOrientation: choice(values, "exif-orientation", ORIENTATIONS) };
}

/** The options that say how an image becomes a tensor, for the commands that take them. */
export const PREPROCESS_OPTIONS: Readonly<Record<string, Option>> = {
  size: { type: "string", value: "N or H,W", description: "input size in pixels" },
  interpolation: { type: "string", value: "NAME", description: INTERPOLATIONS.join(", ") },
  "crop-pct": { type: "string", value: "X", description: "share of the resized image that the crop keeps" },
  "crop-mode": { type: "string", value: "NAME", description: CROP_MODES.join(", ") },
  mean: { type: "string", value: "R,G,B", description: "per channel, of values from 0 to 1" },
  std: { type: "string", value: "R,G,B", description: "per channel" },
  ...ORIENTATION_OPTION,
};

function numbers(values: Values, name: string, counts: readonly number[]): number[] | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const parsed = given.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!counts.includes(parsed.length) || parsed.some((value) => !(value >= 0) || value === Infinity)) {
    throw new UsageError(
      `--${name} got ${JSON.stringify(given)}; expected ${counts.join(" or ")} numbers separated by commas`,
    );
  }
  return parsed;
}

function sizeOf(values: Values, channels: number): readonly [number, number, number] | undefined {
  const size = numbers(values, "size", [1, 2]);
  if (size === undefined) return undefined;
  if (size.some((pixels) => !Number.isSafeInteger(pixels) || pixels < 1)) {
    throw new UsageError(`--size got ${JSON.stringify(text(values, "size"))}; expected whole numbers of 1 or more`);
  }
  return [channels, size[0]!, size[1] ?? size[0]!];
}

const RGB = 3;

/** How many channels have a mean and a deviation: those of RGB images, unless both options have another number of values. */
function channelsOf(values: Values): number {
  const [means, deviations] = ["mean", "std"].map((name) => text(values, name)?.split(",").length);
  return means !== undefined && means === deviations ? means : RGB;
}

/**
 * Preprocessing settings from the options; only those that were given.
 *
 * @param channels - `rgb`: images have three; `any`: as many as `--mean` and `--std` have numbers.
 */
export function preprocessOverrides(values: Values, channels: "rgb" | "any" = "rgb"): Partial<PreprocessConfig> {
  const count = channels === "any" ? channelsOf(values) : RGB;
  const inputSize = sizeOf(values, count);
  const cropPct = numbers(values, "crop-pct", [1])?.[0];
  if (cropPct !== undefined && !(cropPct > 0 && cropPct <= 1)) {
    throw new UsageError(`--crop-pct got ${cropPct}; expected a number above 0 and at most 1`);
  }
  const mean = numbers(values, "mean", [count]);
  const std = numbers(values, "std", [count]);
  if (std?.includes(0)) throw new UsageError("--std got 0; expected numbers above 0");
  return {
    ...(inputSize && { inputSize }),
    ...(text(values, "interpolation") !== undefined && {
      interpolation: choice(values, "interpolation", INTERPOLATIONS),
    }),
    ...(cropPct !== undefined && { cropPct }),
    ...(text(values, "crop-mode") !== undefined && { cropMode: choice(values, "crop-mode", CROP_MODES) }),
    ...(mean && { mean }),
    ...(std && { std }),
    ...orientationOverride(values),
  };
}
