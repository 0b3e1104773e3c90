import type { Tensor } from "@samoyed/core";
import type { DocumentedReference, GoldenCase } from "../case.ts";
import type { CaseComparison, TaskComparison } from "../task-comparison.ts";
import { checkCase, checkRecorded } from "./check-case.ts";
import { compareLogits } from "./compare-logits.ts";
import { judgeDocumented } from "./judge-documented.ts";
import { driftText, measureDrift } from "./logit-drift.ts";
import { accuracyOf, type ClassNames, predictionsCheck, predictionsOf, topPredictions } from "./predictions.ts";
import { CLASSIFICATION_COLUMNS } from "./table.ts";

/** Classification: one logit per class. */
export const CLASSIFICATION: TaskComparison = {
  name: "logits",
  output: { name: "logits", axis: "classes" },
  checkCase,
  checkRecorded,
  forCase: caseComparison,
  table: CLASSIFICATION_COLUMNS,
};

function caseComparison(
  golden: GoldenCase,
  options: { readonly labels: readonly string[] | undefined },
): CaseComparison {
  const labels = golden.labels ?? options.labels;
  const documented = golden.references.filter((reference) => reference.kind === "documented");
  const names = labels ?? documentedNames(documented);
  return {
    compare: compareRecorded,
    measureDrift: ({ data }, original) => measureDrift(data, original),
    driftText,
    predictions(output, expected) {
      const accuracy = accuracyOf(rowPredictions(output), {
        labels: golden.images.map((image) => image.label),
        expected: expected && rowPredictions(expected),
      });
      return { ...(accuracy ? { accuracy } : {}), top: topPredictions(firstRow(output), names) };
    },
    judgeDocumented(ran, recorded) {
      const rows = ran.map(({ name, output }) => ({ name, logits: firstRow(output) }));
      const pytorch = recorded && firstRow(recorded);
      return documented.map((reference) => judgeDocumented(rows, { reference, labels, pytorch }));
    },
  };
}

const compareRecorded: CaseComparison["compare"] = (logits, { recording, policy }) => {
  const { values64: reference, noise } = recording;
  const { checks, ...comparison } = compareLogits(logits, { reference, noise, policy });
  // Predictions for one image are its rank; with the wrong shape they are meaningless.
  if (checks.some((check) => check.name === "outputs") || reference.shape[0] === 1) return { comparison, checks };
  const predictions = predictionsCheck(logits.data, {
    reference: reference.data,
    classes: reference.shape[1]!,
    tolerance: policy.max.fail * noise.max,
  });
  return { comparison, checks: [...checks, predictions] };
};

function rowPredictions({ data, shape }: Tensor<"float32"> | Tensor<"float64">): number[] {
  return predictionsOf(data, shape[1]!);
}

/** Returns image 0's logits: a view. */
function firstRow({ data, shape }: Tensor<"float32"> | Tensor<"float64">): Float32Array | Float64Array {
  return data.subarray(0, shape[1]);
}

/** Names that the documented references give to the classes that they list. */
function documentedNames(documented: readonly DocumentedReference[]): ClassNames {
  const names: (string | undefined)[] = [];
  for (const { index, label } of documented.flatMap(({ top }) => top)) names[index] = label;
  return names;
}
