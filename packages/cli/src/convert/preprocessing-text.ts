import { PREPROCESS_SETTINGS, preprocessText } from "@samoyed/convert";
import type { Contract } from "@samoyed/core";

/** Settings that a conversion's first line about images leaves to its list of assumptions. */
const DETAILS: readonly string[] = ["mean", "std", "valueRange", "cropRounding"];

const SHORT = PREPROCESS_SETTINGS.filter(({ key }) => !DETAILS.includes(key));

/** How images are prepared, in a few words: `224×224, bicubic, crop 0.875, center crop`. */
export function preprocessingText({ preprocess }: Pick<Contract, "preprocess">): string {
  return preprocessText(preprocess, SHORT);
}
