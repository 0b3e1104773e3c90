import type { PreprocessConfig } from "@samoyed/core";

import { FILTERS } from "../resize/filters.ts";
import { MAX_INPUT_SIDE } from "./max-input-side.ts";

/** Settings that most models have, and no others. */
const USUAL: readonly string[] = [
  "inputSize",
  "interpolation",
  "cropPct",
  "cropMode",
  "mean",
  "std",
  "exifOrientation",
];

/**
 * Whether a configuration is as of most models, and `checkConfig` allows it: all others take `RareTransform`, which says
 * what is wrong with them, or computes what few models need.
 */
export function isUsualConfig(config: Partial<PreprocessConfig>): boolean {
  const { inputSize, interpolation = "", cropPct, cropMode = "", mean, std, exifOrientation = "ignore" } = config;
  return (
    Object.keys(config).every((key) => USUAL.includes(key)) &&
    isThree(inputSize, (side) => Number.isInteger(side) && side > 0 && side <= MAX_INPUT_SIDE) &&
    inputSize![0] === 3 &&
    Object.hasOwn(FILTERS, interpolation) &&
    ["center", "squash", "border"].includes(cropMode) &&
    Number.isFinite(cropPct) &&
    cropPct! > 0 &&
    isThree(mean, Number.isFinite) &&
    isThree(std, (deviation) => Number.isFinite(deviation) && Math.fround(deviation) !== 0) &&
    ["apply", "ignore"].includes(exifOrientation)
  );
}

function isThree(values: readonly number[] | undefined, allows: (value: number) => boolean): boolean {
  return values?.length === 3 && values.every(allows);
}
