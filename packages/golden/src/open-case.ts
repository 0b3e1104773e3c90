import type { DocumentedReference, GoldenCase } from "./case.ts";
import type { CaseFiles } from "./case-files.ts";
import { checkImageSet } from "./check-image-set.ts";
import { type LoadedRecording, loadRecording } from "./load-recording.ts";
import { type LoadedTaps, loadTaps } from "./load-taps.ts";
import { parseCase } from "./parse-case.ts";
import { comparisonOf } from "./tasks.ts";

/** A case with its recorded arrays; images and checkpoint are read when needed. */
export interface LoadedCase {
  readonly case: GoldenCase;
  readonly files: CaseFiles;
  readonly recorded: readonly LoadedRecording[];
  readonly documented: readonly DocumentedReference[];
  readonly taps?: LoadedTaps;
}

/**
 * Reads case.json and the arrays that it names, and checks that they belong together: the images, the
 * shapes, and that the stated noise is the noise of the arrays, so that no edited number widens a gate.
 *
 * @throws FormatError when a file is invalid.
 * @throws MismatchError when the files contradict one another.
 * @throws UnsupportedError when the case's task is unknown.
 */
export async function openCase(files: CaseFiles): Promise<LoadedCase> {
  const label = `${files.label}/case.json`;
  const parsed = parseCase(new TextDecoder().decode(await files.read("case.json")), label);
  await checkImageSet(parsed, label);
  const comparison = comparisonOf(parsed);
  const taps = parsed.taps && (await loadTaps(parsed.taps, files));
  const recorded: LoadedRecording[] = [];
  const documented: DocumentedReference[] = [];
  for (const reference of parsed.references) {
    if (reference.kind === "documented") documented.push(reference);
    else
      recorded.push(
        await loadRecording(reference, { files, images: parsed.images.length, taps, axis: comparison.output.axis }),
      );
  }
  comparison.checkRecorded(parsed, { recorded, label });
  return { case: parsed, files, recorded, documented, ...(taps ? { taps } : {}) };
}
