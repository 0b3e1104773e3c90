import { type ResizeRule, UsageError } from "@samoyed/core";

/**
 * Checks that a rule has the sizes that its mode takes.
 *
 * @throws UsageError when it has not.
 */
export function checkRule({ mode, size, maxSize }: ResizeRule): void {
  const sides = { shortest: [1], longest: [1], fit: [0, 2], exact: [0, 2], none: [0] }[mode] as number[] | undefined;
  if (sides === undefined) {
    throw new UsageError(`resize mode is ${JSON.stringify(mode)}; expected shortest, longest, fit, exact or none`);
  }
  const given = size ?? [];
  if (!sides.includes(given.length) || !given.every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new UsageError(
      `resize mode ${mode} has the size [${given.join(", ")}]; expected ${sides.join(" or ")} sides`,
    );
  }
  if (maxSize === undefined) return;
  if (mode !== "shortest" || !Number.isSafeInteger(maxSize) || maxSize <= given[0]!) {
    throw new UsageError(
      `resize mode ${mode} has the maximum ${maxSize}; expected one above the size, in mode shortest`,
    );
  }
}
