import type { PreprocessConfig, ResizeRule } from "@samoyed/core";

/** A rule of resizing with what it pads, and the size of the input that it is for. */
type Ruled = Pick<PreprocessConfig, "inputSize"> & Partial<Pick<PreprocessConfig, "resize" | "pad">>;

/**
 * Replaces settings of a configuration, so that the rest still fits them; all of it where the caller gives a complete one.
 *
 * - Another input size changes the sizes of a resize in the same proportion, rounded down, as timm divides by `cropPct`.
 * - A share or a mode of the crop is timm's way to say the resize: it replaces `resize` and `pad`.
 * - A mean or deviation without a `valueRange` is of values in [0, 1], and is multiplied by 255 where the configuration
 *   is of values as they are; and another `valueRange` changes those that are not given.
 */
export function overrideConfig(config: PreprocessConfig, given: Partial<PreprocessConfig>): PreprocessConfig {
  if (isComplete(given)) return given;
  const { resize: _resize, pad: _pad, ...rest } = config;
  return { ...rest, ...keptRule(config, given), ...given, ...levels(config, given) };
}

/** The settings that every configuration has. */
const REQUIRED = ["inputSize", "interpolation", "cropPct", "cropMode", "mean", "std"] as const;

function isComplete(given: Partial<PreprocessConfig>): given is PreprocessConfig {
  return REQUIRED.every((key) => given[key] !== undefined);
}

/** What is left of a configuration's rule of resizing where a caller gives other settings. */
export function keptRule(
  { inputSize, resize, pad }: Ruled,
  given: Partial<PreprocessConfig>,
): Pick<PreprocessConfig, "resize" | "pad"> {
  if (given.cropPct !== undefined || given.cropMode !== undefined) return {};
  return {
    ...(resize && { resize: scaledRule(resize, { from: inputSize, to: given.inputSize ?? inputSize }) }),
    ...(pad && { pad }),
  };
}

/** The rule for another size of the input. */
function scaledRule(
  rule: ResizeRule,
  { from, to }: { readonly from: PreprocessConfig["inputSize"]; readonly to: PreprocessConfig["inputSize"] },
): ResizeRule {
  const { size, maxSize } = rule;
  if (size === undefined || (from[1] === to[1] && from[2] === to[2])) return rule;
  // One side is of the crop's smaller one: a square's in all published processors.
  const axisOf = (index: number): number => (size.length === 2 ? index + 1 : from[1] <= from[2] ? 1 : 2);
  const scaled = (side: number, axis: number): number => Math.max(1, Math.floor((side * to[axis]!) / from[axis]!));
  return {
    ...rule,
    size: size.map((side, index) => scaled(side, axisOf(index))),
    ...(maxSize !== undefined && { maxSize: scaled(maxSize, axisOf(0)) }),
  };
}

/** The mean and deviation in the units of the range of values. */
function levels(
  { mean, std, valueRange: range = 1 }: PreprocessConfig,
  given: Partial<PreprocessConfig>,
): Partial<PreprocessConfig> {
  const to = given.valueRange ?? range;
  const convert = (values: readonly number[], from: number): readonly number[] =>
    from === to ? values : values.map((value) => (to === 255 ? timesByteRange(value) : value / 255));
  const givenIn = given.valueRange ?? 1;
  return {
    mean: given.mean === undefined ? convert(mean, range) : convert(given.mean, givenIn),
    std: given.std === undefined ? convert(std, range) : convert(given.std, givenIn),
  };
}

/** A value in [0, 1] as one of bytes, multiplied in float32 as transformers' processors on torchvision do. */
export function timesByteRange(value: number): number {
  return Math.fround(Math.fround(value) * 255);
}
