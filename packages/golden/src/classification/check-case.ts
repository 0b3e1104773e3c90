import { FormatError, MismatchError } from "@samoyed/core";
import type { GoldenCase } from "../case.ts";
import type { LoadedRecording } from "../load-recording.ts";
import { accuracyOf, predictionsOf } from "./predictions.ts";

/**
 * Checks the keys of case.json that a classifier has: documented probabilities in order, and true classes that exist.
 *
 * @throws FormatError that names the offending key.
 */
export function checkCase({ images, labels, references }: GoldenCase, label: string): void {
  for (const [index, reference] of references.entries()) {
    if (reference.kind === "documented") {
      checkDescending(reference.top, `${label}: case.references[${index}].top`);
    }
  }
  for (const [index, image] of images.entries()) {
    if (image.label !== undefined && labels && image.label >= labels.length) {
      throw new FormatError(
        `${label}: case.images[${index}].label is ${image.label}; there are ${labels.length} labels`,
      );
    }
  }
}

function checkDescending(top: readonly { readonly probability: number }[], path: string): void {
  for (let index = 1; index < top.length; index++) {
    if (top[index]!.probability > top[index - 1]!.probability) {
      throw new FormatError(`${path}[${index}] is more probable than the one before; expected descending order`);
    }
  }
}

/**
 * Checks that labels, accuracy and recorded logits belong together.
 *
 * @throws MismatchError when they contradict one another.
 */
export function checkRecorded(
  golden: GoldenCase,
  { recorded, label }: { readonly recorded: readonly LoadedRecording[]; readonly label: string },
): void {
  const original = recorded.find((recording) => recording.stored === undefined);
  const classes = original?.values64.shape[1];
  // One logit separates two classes, and a case names both.
  const named = classes === 1 ? 2 : classes;
  const { labels } = golden;
  if (labels && named !== undefined && labels.length !== named) {
    throw new MismatchError(`${label}: has ${labels.length} labels; the recorded logits have ${named} classes`);
  }
  if (golden.accuracy && original) checkAccuracy(golden, { recording: original, label });
  const other = recorded.find(({ values64 }) => values64.shape[1] !== classes);
  if (other) {
    throw new MismatchError(
      `${label}: ${other.logits64} has ${other.values64.shape[1]} classes; ${original!.logits64} has ${classes}`,
    );
  }
}

function checkAccuracy(
  { accuracy, images }: GoldenCase,
  { recording, label }: { readonly recording: LoadedRecording; readonly label: string },
): void {
  const { data, shape } = recording.values64;
  const measured = accuracyOf(predictionsOf(data, shape[1]!), { labels: images.map((image) => image.label) });
  if (measured?.correct !== accuracy!.correct || measured.images !== accuracy!.total) {
    throw new MismatchError(
      `${label}: accuracy is ${accuracy!.correct} of ${accuracy!.total}; the recorded logits give ${measured?.correct ?? 0} of ${measured?.images ?? 0}`,
    );
  }
}
