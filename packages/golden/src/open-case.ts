import { MismatchError } from "@samoyed/core";
import { accuracyOf, answersOf } from "./answers.ts";
import type { DocumentedReference, GoldenCase } from "./case.ts";
import type { CaseFiles } from "./case-files.ts";
import { type LoadedRecording, loadRecording } from "./load-recording.ts";
import { type LoadedTaps, loadTaps } from "./load-taps.ts";
import { parseCase } from "./parse-case.ts";

/** A case with its recorded arrays; images and checkpoint are read when they are needed. */
export interface LoadedCase {
  readonly case: GoldenCase;
  readonly files: CaseFiles;
  readonly recorded: readonly LoadedRecording[];
  readonly documented: readonly DocumentedReference[];
  readonly taps?: LoadedTaps;
}

/**
 * Reads case.json and the arrays that it names, and checks that they belong together: the shapes, and that the noise
 * stated is the noise of the arrays, so that nobody widens a gate by editing a number.
 *
 * @throws FormatError when a file is not what it must be.
 * @throws MismatchError when the files contradict one another.
 */
export async function openCase(files: CaseFiles): Promise<LoadedCase> {
  const label = `${files.label}/case.json`;
  const parsed = parseCase(new TextDecoder().decode(await files.read("case.json")), label);
  const taps = parsed.taps && (await loadTaps(parsed.taps, files));
  const recorded: LoadedRecording[] = [];
  const documented: DocumentedReference[] = [];
  for (const reference of parsed.references) {
    if (reference.kind === "documented") documented.push(reference);
    else recorded.push(await loadRecording(reference, { files, images: parsed.images.length, taps }));
  }
  const original = recorded.find((recording) => recording.stored === undefined);
  const classes = original?.values64.shape[1];
  // One logit tells two classes apart, and a case names both.
  const named = classes === 1 ? 2 : classes;
  if (parsed.labels && named !== undefined && parsed.labels.length !== named) {
    throw new MismatchError(`${label}: has ${parsed.labels.length} labels; the recorded logits have ${named} classes`);
  }
  if (parsed.accuracy && original) checkAccuracy(parsed, { recording: original, label });
  const other = recorded.find(({ values64 }) => values64.shape[1] !== classes);
  if (other) {
    throw new MismatchError(
      `${label}: ${other.logits64} has ${other.values64.shape[1]} classes; ${original!.logits64} has ${classes}`,
    );
  }
  return { case: parsed, files, recorded, documented, ...(taps ? { taps } : {}) };
}

function checkAccuracy(
  { accuracy, images }: GoldenCase,
  { recording, label }: { readonly recording: LoadedRecording; readonly label: string },
): void {
  const { data, shape } = recording.values64;
  const measured = accuracyOf(answersOf(data, shape[1]!), { labels: images.map((image) => image.label) });
  if (measured?.correct !== accuracy!.correct || measured.images !== accuracy!.total) {
    throw new MismatchError(
      `${label}: accuracy is ${accuracy!.correct} of ${accuracy!.total}; the recorded logits give ${measured?.correct ?? 0} of ${measured?.images ?? 0}`,
    );
  }
}
