import type { DriftBudget } from "./case.ts";
import type { Check } from "./check.ts";

/** Difference between a network's output with weights in fewer bits and the original's. */
export interface Drift {
  /** Largest absolute difference of an element. */
  readonly max: number;
  readonly rms: number;
  /** The spread of the original's output over `rms`, in dB. */
  readonly sqnr: number;
}

/** Checks a drift against a budget; without one it is reported but not judged. `message` describes the drift. */
export function driftCheck(
  drift: Drift,
  { budget, message }: { readonly budget: DriftBudget | undefined; readonly message: string },
): Check {
  const common = { name: "drift", reference: "recorded", value: drift.sqnr, message } as const;
  if (budget === undefined) return { ...common, status: "not run" };
  // Written so that NaN fails.
  return { ...common, status: drift.sqnr >= budget.sqnr ? "passed" : "failed", limit: budget.sqnr };
}
