import { type Tensor, UnavailableError } from "@samoyed/core";
import { accuracyOf, answersOf } from "./answers.ts";
import type { CaseBackend } from "./backend.ts";
import type { Check } from "./check.ts";
import { driftText, measureDrift } from "./drift.ts";
import { type ClassNames, firstRow, judgeBackend, topAnswers } from "./judge-backend.ts";
import { judgeDocumented } from "./judge-documented.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { LoadedCase } from "./open-case.ts";
import { areOther, type OtherWeights, pickOriginal, pickRecordings, UNCHANGED } from "./pick-recording.ts";
import { type AssetReader, prepareInputs, type Preprocess } from "./prepare-inputs.ts";
import type { BackendResult, CaseResult, PyTorchResult } from "./result.ts";
import { type BackendOutput, runBackend } from "./run-backend.ts";

/** What happens while a case runs, for progress. `done` counts images. */
export type CaseEvent =
  | { readonly kind: "preprocess"; readonly case: string; readonly done: number; readonly total: number }
  | { readonly kind: "open"; readonly case: string; readonly backend: string }
  | {
      readonly kind: "image";
      readonly case: string;
      readonly backend: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: "result"; readonly case: string; readonly result: BackendResult };

/** What running a case needs: everything is handed in. */
export interface RunCaseOptions {
  readonly backends: readonly CaseBackend[];
  readonly preprocess: Preprocess;
  /** Finds images that are not in the repository; an `UnavailableError` makes every verdict `not run`. */
  readonly asset: AssetReader;
  /** Class names, for a case that has none of its own. */
  readonly labels?: readonly string[];
  /** The weights that the backends run, where they are not the case's own. Only recordings of the same weights apply. */
  readonly weights?: OtherWeights;
  /** How the artifacts store the weights; `float32`, as they are, when absent. */
  readonly stored?: string;
  /** `layers` looks into the network as well, for image 0, where the case says at which places. `answers` when absent. */
  readonly depth?: "answers" | "layers";
  readonly onEvent?: (event: CaseEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a case on every backend, one after the other, and judges what they gave.
 *
 * @throws MismatchError when the case's own files do not fit one another; what a backend does wrong is in the result.
 * @throws AbortedError when the signal fires.
 */
export async function runCase(loaded: LoadedCase, options: RunCaseOptions): Promise<CaseResult> {
  const { onEvent = () => {}, depth = "answers" } = options;
  const { name, title, model, checkpoint, images } = loaded.case;
  const labels = loaded.case.labels ?? options.labels;
  const names = labels ?? documentedNames(loaded);
  const other = areOther(loaded, options.weights) ? options.weights : undefined;
  const { weights, stored = UNCHANGED } = options;
  const original = pickOriginal(loaded, weights);
  const standIn = checkpoint.kind === "stand-in" && other === undefined;

  const { preprocess, outputs } = await runAll(loaded, { ...options, onEvent });
  const picks = outputs.map(({ output }) =>
    pickRecordings(loaded, { weights, stored, sha256: output.kind === "ran" ? output.weightsSha256 : undefined }),
  );
  const ran = outputs.flatMap((entry) =>
    entry.output.kind === "ran" ? [{ entry, name: entry.backend.name, logits: firstRow(entry.output.logits) }] : [],
  );
  const recordings = new Set([original, ...picks.map(({ recording }) => recording)].filter((one) => one !== undefined));
  const inUse = [...recordings].find((recording) => (recording.stored ?? UNCHANGED) === stored);
  const pytorch = inUse && firstRow(inUse.values64);
  const judged = loaded.documented.map((reference) => judgeDocumented(ran, { reference, labels, pytorch }));

  const trueClasses = images.map((image) => image.label);
  const note =
    preprocess.status === "failed" ? "the input was not timm's, so this says little about the network" : undefined;
  const backends = outputs.map((entry, index): BackendResult => {
    const place = ran.findIndex((candidate) => candidate.entry === entry);
    const documented = place < 0 ? [] : judged.map((judgement) => judgement.checks[place]!);
    const result = judgeBackend(entry, {
      standIn,
      picked: picks[index]!,
      stored,
      depth,
      taps: loaded.taps,
      documented,
      trueClasses,
      labels: names,
      note,
    });
    onEvent({ kind: "result", case: name, result });
    return result;
  });
  const own = checkpoint.kind === "stand-in" ? checkpoint.note : checkpoint.path;
  return {
    name,
    title,
    model,
    images: images.length,
    weights: other ? other.name : own,
    stored,
    standIn,
    preprocess,
    backends,
    pytorch: [...recordings].map((recording) => pytorchResult(recording, { original, trueClasses, labels: names })),
    documented: loaded.documented.map(({ source, top }) => ({ source, top })),
    statements: [...driftStatements(recordings, original), ...judged.flatMap((judgement) => judgement.statements)],
  };
}

async function runAll(
  loaded: LoadedCase,
  options: RunCaseOptions & { readonly onEvent: (event: CaseEvent) => void },
): Promise<{ preprocess: Check; outputs: { backend: CaseBackend; output: BackendOutput }[] }> {
  const { backends, onEvent, signal } = options;
  const { name, images } = loaded.case;
  const total = images.length;
  const taps = options.depth === "layers" ? loaded.taps : undefined;
  let inputs: Tensor<"float32">[];
  let preprocess: Check;
  try {
    ({ inputs, check: preprocess } = await prepareInputs(loaded, {
      ...options,
      onImage: (done) => onEvent({ kind: "preprocess", case: name, done, total }),
    }));
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const reason = error.message;
    const output: BackendOutput = { kind: "not run", reason, fix: error.hint ?? "Run samoyed doctor." };
    preprocess = { name: "preprocess", status: "not run", reference: "exact", message: reason };
    return { preprocess, outputs: backends.map((backend) => ({ backend, output })) };
  }
  const outputs: { backend: CaseBackend; output: BackendOutput }[] = [];
  for (const backend of backends) {
    onEvent({ kind: "open", case: name, backend: backend.name });
    const onImage = (done: number): void => onEvent({ kind: "image", case: name, backend: backend.name, done, total });
    outputs.push({ backend, output: await runBackend(backend, { inputs, onImage, taps, signal }) });
  }
  return { preprocess, outputs };
}

/** The names that the documented references give to the few classes that they list. */
function documentedNames({ documented }: LoadedCase): ClassNames {
  const names: (string | undefined)[] = [];
  for (const { index, label } of documented.flatMap(({ top }) => top)) names[index] = label;
  return names;
}

/** What storing the weights does to PyTorch's own answers. */
function driftStatements(recordings: Iterable<LoadedRecording>, original: LoadedRecording | undefined): string[] {
  return Array.from(recordings).flatMap(({ stored, budget, values64 }) =>
    stored === undefined || !original
      ? []
      : [`PyTorch itself: ${driftText(measureDrift(values64.data, original.values64), { budget, stored })}.`],
  );
}

function pytorchResult(
  recording: LoadedRecording,
  options: {
    readonly original: LoadedRecording | undefined;
    readonly trueClasses: readonly (number | undefined)[];
    readonly labels: ClassNames;
  },
): PyTorchResult {
  const { values64, noise, environment, stored } = recording;
  const { original } = options;
  const accuracy = accuracyOf(answersOf(values64.data, values64.shape[1]!), { labels: options.trueClasses });
  return {
    stored: stored ?? UNCHANGED,
    ...(stored !== undefined && original ? { drift: measureDrift(values64.data, original.values64) } : {}),
    top: topAnswers(firstRow(values64), options.labels),
    ...(accuracy ? { accuracy } : {}),
    noise,
    environment,
  };
}
