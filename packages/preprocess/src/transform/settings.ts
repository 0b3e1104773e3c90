import type { PreprocessConfig } from "@samoyed/core";

import type { DecodeOptions } from "../image.ts";
import { DEFAULT_CROP_PCT, IMAGENET_MEAN, IMAGENET_STD } from "./config.ts";
import { type TensorForm, tensorForm } from "./normalize.ts";
import type { PlanConfig } from "./plan.ts";
import type { RareTransform } from "./rare-transform.ts";

/** Settings of a transform, complete. */
export interface TransformSettings {
  readonly plan: PlanConfig;
  readonly form: TensorForm;
  readonly decode: Pick<DecodeOptions, "exifOrientation" | "background">;
}

/**
 * Fills in timm's defaults.
 *
 * @param config as `checkConfig` allows.
 * @param rare required where the configuration is not usual.
 */
export function completeSettings(
  config: Partial<PreprocessConfig>,
  rare: RareTransform | undefined,
): TransformSettings {
  const { interpolation = "bilinear", cropMode = "center", cropBorderPixels = 0, resize, pad = {} } = config;
  const { cropRounding = "half-even", resampler = "pillow" } = config;
  const { mean = IMAGENET_MEAN, std = IMAGENET_STD, dtype, layout, channelOrder, valueRange } = config;
  const [channels, height, width] = config.inputSize ?? [3, 224, 224];
  // Zero is "not given" to timm as well.
  const cropPct = config.cropPct || DEFAULT_CROP_PCT;
  const { position = "center", color, value } = pad;
  const { exifOrientation = "ignore", background } = config;
  return {
    plan: {
      height,
      width,
      interpolation,
      resampler,
      cropPct,
      cropMode,
      cropBorderPixels,
      resize,
      cropRounding,
      position,
      fill: color ?? (resize === undefined && cropMode === "border" ? borderFill(config, mean) : [0]),
    },
    form: tensorForm({ channels, mean, std, dtype, layout, channelOrder, valueRange, padValue: value }, rare),
    decode: { exifOrientation, background },
  };
}

/** The color of timm's border mode, which is the mean; red, green, blue. */
function borderFill({ channelOrder, valueRange = 1 }: Partial<PreprocessConfig>, mean: readonly number[]): number[] {
  const values = mean.map((value) => (255 * value) / valueRange);
  return channelOrder === "bgr" ? values.reverse() : values;
}
