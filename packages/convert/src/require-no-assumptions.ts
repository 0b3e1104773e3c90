import { UnsupportedError } from "@samoyed/core";
import type { Assumption } from "@samoyed/models";

/**
 * Requires that nothing of a conversion is assumed.
 *
 * @throws UnsupportedError with everything that is, and the options that say it.
 */
export function requireNoAssumptions(assumptions: readonly Assumption[]): void {
  const assumed = assumptions.filter(({ origin }) => origin === "assumed");
  if (assumed.length === 0) return;
  const list = assumed.map(({ setting, value }) => `${setting} ${value}`).join("; ");
  const options = [...new Set(assumed.flatMap(({ alternatives }) => alternatives.map(({ option }) => option)))];
  throw new UnsupportedError(`the conversion is strict, and nothing says this: ${list}`, {
    hint:
      options.length === 0
        ? "Convert it without --strict."
        : `Say it with ${options.join(", ")}; or leave --strict out.`,
    details: { assumed },
  });
}
