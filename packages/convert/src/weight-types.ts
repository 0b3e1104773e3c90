import { UsageError } from "@samoyed/core";
import type { Format } from "@samoyed/graph";
import { FORMATS } from "./formats.ts";

/** Every way in which some format can store weights; the first, float32, is as they are. */
export const WEIGHT_TYPES: readonly string[] = [...new Set(FORMATS.flatMap(({ weights }) => weights))];

/**
 * Requires weights to be stored in a way that a format has.
 *
 * @throws UsageError that says what every format has.
 */
export function requireWeightType(format: Format, weights: string): void {
  if (format.weights.includes(weights)) return;
  const possible = FORMATS.map((known) => `${known.name}: ${known.weights.join(", ")}`);
  throw new UsageError(`weights as ${weights} are not written for ${format.title}`, {
    hint: `Possible are, for ${possible.join("; for ")}.`,
  });
}
