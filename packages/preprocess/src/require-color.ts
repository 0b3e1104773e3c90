import { UsageError } from "@samoyed/core";
import type { DecodeOptions } from "./image.ts";

/**
 * Checks a color.
 *
 * @param counts how many channels it may have.
 * @throws UsageError when it has another number, or one is not from 0 to 255.
 */
export function requireColor(what: string, color: readonly number[], counts: readonly number[]): void {
  if (counts.includes(color.length) && color.every((value) => value >= 0 && value <= 255)) return;
  throw new UsageError(`${what} has the color [${color.join(", ")}]; expected red, green, blue of 0 to 255`);
}

/**
 * Checks the color behind transparent pixels, where there is one.
 *
 * @throws UsageError when it is no color.
 */
export function requireBackground({ background }: Pick<DecodeOptions, "background">): void {
  if (background !== undefined) requireColor("background", background, [3]);
}
