import type { Check } from "./check.ts";
import type { Verdict } from "./result.ts";

/** Verdict where no reference applies to the weights that ran. */
const NO_REFERENCE: Verdict = {
  kind: "not run",
  reason: "no reference was recorded for these weights",
  fix: "Record one with tools/oracle, or check the weights of the case.",
};

/**
 * Derives a backend's verdict from its checks: one failure fails it; a documented contradiction decides only where no
 * recording applies; without a reference whose check ran it is `not run`. `note` is added to it.
 */
export function verdictOf(checks: readonly Check[], note?: string): Verdict {
  const notes = note === undefined ? [] : [note];
  const messages = (status: Check["status"]): string[] =>
    checks.filter((check) => check.status === status).map((check) => check.message);
  const failed = messages("failed");
  if (failed.length > 0) return { kind: "failed", reasons: [...failed, ...notes] };
  // What holds exactly, such as the contract, says nothing about the numbers.
  const decided = checks.filter(
    ({ status, reference }) => reference !== "exact" && (status === "passed" || status === "warned"),
  );
  const contradicted = messages("contradicted");
  const recorded = decided.some((check) => check.reference === "recorded");
  if (contradicted.length > 0 && !recorded) return { kind: "contradicted", reasons: [...contradicted, ...notes] };
  if (decided.length === 0) return NO_REFERENCE;
  return { kind: "passed", notes: [...messages("warned"), ...contradicted, ...notes] };
}
