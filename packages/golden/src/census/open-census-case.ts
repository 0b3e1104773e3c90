import type { CaseFiles } from "../case-files.ts";
import { type LoadedRecording, loadRecording } from "../load-recording.ts";
import { type CensusCase, parseCensusCase } from "./census-case.ts";

/** A network of the census with its recorded logits; program and tensors are read when needed. */
export interface OpenCensusCase {
  readonly case: CensusCase;
  readonly files: CaseFiles;
  readonly recording: LoadedRecording;
}

/**
 * Reads a network's case.json and its logits, and checks that the stated noise is theirs.
 *
 * @throws FormatError when a file is invalid, MismatchError when the files contradict one another.
 */
export async function openCensusCase(files: CaseFiles): Promise<OpenCensusCase> {
  const parsed = parseCensusCase(new TextDecoder().decode(await files.read("case.json")), `${files.label}/case.json`);
  const recording = await loadRecording(parsed.reference, { files, images: 1, taps: undefined, axis: "values" });
  return { case: parsed, files, recording };
}
