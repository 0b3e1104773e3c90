import type { Contract } from "@samoyed/core";

/** How images are prepared, in a few words: `224×224, bicubic, crop 0.875 center`. */
export function preprocessingText({ preprocess }: Pick<Contract, "preprocess">): string {
  const { inputSize, interpolation, cropPct, cropMode } = preprocess;
  return `${inputSize.slice(1).join("×")}, ${interpolation}, crop ${cropPct} ${cropMode}`;
}
