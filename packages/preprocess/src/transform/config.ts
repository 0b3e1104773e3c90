import { type PreprocessConfig, UsageError } from "@samoyed/core";

import { keptRule } from "./override.ts";

/** ImageNet's mean and standard deviation per channel: timm's `IMAGENET_DEFAULT_MEAN` and `_STD`. */
export const IMAGENET_MEAN: readonly number[] = [0.485, 0.456, 0.406];
export const IMAGENET_STD: readonly number[] = [0.229, 0.224, 0.225];

/** Default share of the resized image that the crop keeps: timm's `DEFAULT_CROP_PCT`. */
export const DEFAULT_CROP_PCT = 0.875;

/** A caller's settings, as timm's scripts take them from the command line. */
export interface DataArgs {
  readonly inChans?: number;
  /** The same; `inChans` takes precedence. */
  readonly chans?: number;
  /** Channels, height, width. */
  readonly inputSize?: readonly [number, number, number];
  /** Height and width of a square input; `inputSize` takes precedence. */
  readonly imgSize?: number;
  readonly interpolation?: PreprocessConfig["interpolation"];
  /** One value for all channels, or one per channel. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly cropPct?: number;
  readonly cropMode?: PreprocessConfig["cropMode"];
  readonly exifOrientation?: PreprocessConfig["exifOrientation"];
}

/** Settings that timm does not have: a checkpoint's are kept as they are. */
const FURTHER = [
  "background",
  "cropRounding",
  "resampler",
  "channelOrder",
  "valueRange",
  "layout",
  "dtype",
] as const satisfies readonly (keyof PreprocessConfig)[];

/** A checkpoint's input configuration: timm's `pretrained_cfg`. */
export interface PretrainedConfig extends Partial<PreprocessConfig> {
  readonly testInputSize?: readonly [number, number, number];
  readonly testCropPct?: number;
}

/**
 * Resolves the preprocessing of a model's input by timm's precedence: arguments, then the checkpoint's configuration, then
 * defaults (224 pixels, bicubic, 0.875, center, ImageNet's mean and standard deviation).
 *
 * Settings that timm does not have are the checkpoint's; its rule of resizing is scaled to a caller's size, and gives way to
 * a caller's crop. As in timm, a crop percentage of 0 counts as not given, and borders are not part of it.
 *
 * @param options.useTestSize takes the size and crop that the checkpoint recommends for testing, if any.
 * @throws UsageError when mean or std have another number of values than the input has channels.
 * Matches timm 1.0.29, `resolve_data_config` in timm/data/config.py.
 */
export function resolveDataConfig(
  args: DataArgs,
  options: { readonly pretrainedCfg?: PretrainedConfig; readonly useTestSize?: boolean } = {},
): PreprocessConfig {
  const { pretrainedCfg = {}, useTestSize = false } = options;
  const channels = args.inputSize?.[0] ?? args.inChans ?? args.chans ?? 3;
  const square = (size: number): readonly [number, number, number] => [channels, size, size];
  const inputSize =
    args.inputSize ??
    (args.imgSize === undefined ? undefined : square(args.imgSize)) ??
    (useTestSize ? pretrainedCfg.testInputSize : undefined) ??
    pretrainedCfg.inputSize ??
    square(224);
  const exifOrientation = args.exifOrientation ?? pretrainedCfg.exifOrientation;
  const further = FURTHER.filter((key) => pretrainedCfg[key] !== undefined);
  const { cropPct, cropMode } = args;
  return {
    ...Object.fromEntries(further.map((key) => [key, pretrainedCfg[key]])),
    ...keptRule(
      { ...pretrainedCfg, inputSize: pretrainedCfg.inputSize ?? inputSize },
      { inputSize, ...(cropPct && { cropPct }), ...(cropMode && { cropMode }) },
    ),
    ...(exifOrientation && { exifOrientation }),
    inputSize,
    interpolation: args.interpolation ?? pretrainedCfg.interpolation ?? "bicubic",
    mean: perChannel("mean", args.mean, channels) ?? nonEmpty(pretrainedCfg.mean) ?? IMAGENET_MEAN,
    std: perChannel("std", args.std, channels) ?? nonEmpty(pretrainedCfg.std) ?? IMAGENET_STD,
    // Zero is "not given" to timm as well.
    cropPct: args.cropPct || (useTestSize && pretrainedCfg.testCropPct) || pretrainedCfg.cropPct || DEFAULT_CROP_PCT,
    cropMode: args.cropMode ?? pretrainedCfg.cropMode ?? "center",
  };
}

function perChannel(
  name: string,
  values: readonly number[] | undefined,
  channels: number,
): readonly number[] | undefined {
  if (values === undefined) return undefined;
  if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
  if (values.length === channels) return values;
  throw new UsageError(`${name} has ${values.length} values; expected 1 or ${channels}, one per channel`);
}

function nonEmpty(values: readonly number[] | undefined): readonly number[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values;
}
