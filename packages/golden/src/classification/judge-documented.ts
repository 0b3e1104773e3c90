import type { DocumentedReference } from "../case.ts";
import type { Check } from "../check.ts";
import type { DocumentedJudgment } from "../task-comparison.ts";
import { compareDocumented, type DocumentedComparison } from "./compare-documented.ts";
import { softmax64 } from "./softmax64.ts";

/** A backend that ran, with its logits of image 0. */
export interface Ran {
  readonly name: string;
  readonly logits: ArrayLike<number>;
}

/**
 * Judges documented numbers, which may or may not be of these weights.
 *
 * - Met: passed.
 * - Not met, though PyTorch itself (`pytorch`, recorded for the same weights) meets them: failed.
 * - Not met by PyTorch either: `contradicted`, and a statement says that PyTorch differs from what is documented.
 * - No recording, and all that ran agree with one another and not with the numbers: `contradicted`, and a statement says
 *   so. Only one backend: `contradicted` too, because which of the two is right is unknown.
 * - No recording, and the backends disagree: those that do not meet the numbers failed.
 *
 * The tolerance is the same in every case.
 */
export function judgeDocumented(
  ran: readonly Ran[],
  options: {
    readonly reference: DocumentedReference;
    readonly labels?: readonly string[] | undefined;
    readonly pytorch?: ArrayLike<number> | undefined;
  },
): DocumentedJudgment {
  const { reference, labels, pytorch } = options;
  const compared = ran.map(({ logits }) => compareDocumented(logits, { reference, labels }));
  const own = pytorch && compareDocumented(pytorch, { reference, labels });
  if (ran.length === 0) return { checks: [], statements: own && !own.met ? [pytorchDiffers(reference, own)] : [] };
  const unmet = compared.filter((comparison) => !comparison.met);
  const statements: string[] = [];
  let status: "failed" | "contradicted" = "failed";
  if (own) {
    if (!own.met) {
      status = "contradicted";
      statements.push(pytorchDiffers(reference, own));
    }
  } else if (unmet.length > 0) {
    const spread = largestSpread(ran);
    const names = ran.map(({ name }) => name).join(", ");
    if (ran.length === 1) {
      status = "contradicted";
      statements.push(
        `${names} gives ${unmet[0]!.message}. That is not ${reference.source}; no other backend ran and PyTorch was not recorded for these weights, so which one is right is unknown.`,
      );
    } else if (!(spread <= reference.tolerance)) {
      statements.push(`${names} disagree with one another: a probability differs by ${spread.toExponential(1)}.`);
    } else if (unmet.length === ran.length) {
      status = "contradicted";
      statements.push(
        `${names} agree with one another (within ${spread.toExponential(1)}) and not with ${reference.source}: ${unmet[0]!.message}. This is not a failed conversion, and the documented number is not reproduced.`,
      );
    }
  }
  return { checks: compared.map((comparison) => checkOf(comparison, { status, reference })), statements };
}

function checkOf(
  comparison: DocumentedComparison,
  { status, reference }: { readonly status: "failed" | "contradicted"; readonly reference: DocumentedReference },
): Check {
  const { met, difference, message } = comparison;
  return {
    name: "documented",
    status: met ? "passed" : status,
    reference: "documented",
    message,
    ...(Number.isFinite(difference) ? { value: difference, limit: reference.tolerance } : {}),
  };
}

function pytorchDiffers(reference: DocumentedReference, own: DocumentedComparison): string {
  return `PyTorch itself, with these weights, does not give the numbers of ${reference.source}: ${own.message}. The backends are checked against PyTorch.`;
}

/** Largest difference of any probability between any two backends; NaN if one is NaN. */
function largestSpread(ran: readonly Ran[]): number {
  const all = ran.map(({ logits }) => softmax64(logits));
  const classes = all[0]!.length;
  let spread = 0;
  for (let index = 0; index < classes; index++) {
    const values = all.map((probabilities) => probabilities[index] ?? Number.NaN);
    spread = Math.max(spread, Math.max(...values) - Math.min(...values));
  }
  return all.every((probabilities) => probabilities.length === classes) ? spread : Number.NaN;
}
