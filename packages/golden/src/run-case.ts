import { type Tensor, UnavailableError } from "@samoyed/core";
import type { CaseBackend } from "./backend.ts";
import type { Check } from "./check.ts";
import { judgeBackend } from "./judge-backend.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { LoadedCase } from "./open-case.ts";
import { areOther, type OtherWeights, pickOriginal, pickRecordings, UNCHANGED } from "./pick-recording.ts";
import { type AssetReader, prepareInputs, type Preprocess } from "./prepare-inputs.ts";
import type { BackendResult, CaseResult, PyTorchResult } from "./result.ts";
import { type BackendOutput, runBackend } from "./run-backend.ts";
import type { CaseComparison, TaskOutput } from "./task-comparison.ts";
import { comparisonOf } from "./tasks.ts";

/** Events while a case runs, for progress. `done` counts images. */
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

/** Options of `runCase`: backends, preprocessing and assets are passed in. */
export interface RunCaseOptions {
  readonly backends: readonly CaseBackend[];
  readonly preprocess: Preprocess;
  /** Reads images that are not in the repository; an `UnavailableError` makes every verdict `not run`. */
  readonly asset: AssetReader;
  /** Class names, for a case without its own. */
  readonly labels?: readonly string[];
  /** Weights that the backends run, if not the case's own. Only recordings of the same weights apply. */
  readonly weights?: OtherWeights;
  /** Storage of the weights in the artifacts; `float32`, unchanged, when absent. */
  readonly stored?: string;
  /** `layers` also samples the network for image 0, at the positions that the case names. `outputs` when absent. */
  readonly depth?: "outputs" | "layers";
  readonly onEvent?: (event: CaseEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a case on every backend, one after the other, and judges their outputs.
 *
 * @throws MismatchError when the case's own files contradict one another; a backend's mistake is in the result.
 * @throws AbortedError when the signal fires.
 */
export async function runCase(loaded: LoadedCase, options: RunCaseOptions): Promise<CaseResult> {
  const { onEvent = () => {}, depth = "outputs" } = options;
  const { name, title, model, checkpoint, images } = loaded.case;
  const task = comparisonOf(loaded.case);
  const comparison = task.forCase(loaded.case, { labels: options.labels });
  const other = areOther(loaded, options.weights) ? options.weights : undefined;
  const { weights, stored = UNCHANGED } = options;
  const original = pickOriginal(loaded, weights);
  const standIn = checkpoint.kind === "stand-in" && other === undefined;

  const { preprocess, outputs } = await runAll(loaded, { ...options, task: task.output, onEvent });
  const picks = outputs.map(({ output }) =>
    pickRecordings(loaded, { weights, stored, sha256: output.kind === "ran" ? output.weightsSha256 : undefined }),
  );
  const ran = outputs.flatMap((entry) =>
    entry.output.kind === "ran" ? [{ entry, name: entry.backend.name, output: entry.output.output }] : [],
  );
  const recordings = new Set([original, ...picks.map(({ recording }) => recording)].filter((one) => one !== undefined));
  const inUse = [...recordings].find((recording) => (recording.stored ?? UNCHANGED) === stored);
  const judged = comparison.judgeDocumented(ran, inUse?.values64);

  const note =
    preprocess.status === "failed" ? "the input was not timm's, so this says little about the network" : undefined;
  const backends = outputs.map((entry, index): BackendResult => {
    const place = ran.findIndex((candidate) => candidate.entry === entry);
    const documented = place < 0 ? [] : judged.map((judgment) => judgment.checks[place]!);
    const result = judgeBackend(entry, {
      comparison,
      contract: { case: loaded.case, labels: other ? undefined : (loaded.case.labels ?? options.labels) },
      standIn,
      picked: picks[index]!,
      stored,
      depth,
      taps: loaded.taps,
      documented,
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
    ...(loaded.case.task === undefined ? {} : { task: loaded.case.task }),
    images: images.length,
    weights: other ? other.name : own,
    stored,
    standIn,
    preprocess,
    backends,
    pytorch: [...recordings].map((recording) => pytorchResult(recording, { comparison, original })),
    documented: loaded.documented.map(({ source, top }) => ({ source, top })),
    statements: [
      ...driftStatements(recordings, { comparison, original }),
      ...judged.flatMap((judgment) => judgment.statements),
    ],
  };
}

async function runAll(
  loaded: LoadedCase,
  options: RunCaseOptions & { readonly task: TaskOutput; readonly onEvent: (event: CaseEvent) => void },
): Promise<{ preprocess: Check; outputs: { backend: CaseBackend; output: BackendOutput }[] }> {
  const { backends, task, onEvent, signal } = options;
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
    outputs.push({ backend, output: await runBackend(backend, { task, inputs, onImage, taps, signal }) });
  }
  return { preprocess, outputs };
}

/** Describes how storing the weights changes PyTorch's own predictions. */
function driftStatements(
  recordings: Iterable<LoadedRecording>,
  { comparison, original }: { readonly comparison: CaseComparison; readonly original: LoadedRecording | undefined },
): string[] {
  return Array.from(recordings).flatMap(({ stored, budget, values64 }) => {
    if (stored === undefined || !original) return [];
    const drift = comparison.measureDrift(values64, original.values64);
    return [`PyTorch itself: ${comparison.driftText(drift, { budget, stored })}.`];
  });
}

function pytorchResult(
  recording: LoadedRecording,
  { comparison, original }: { readonly comparison: CaseComparison; readonly original: LoadedRecording | undefined },
): PyTorchResult {
  const { values64, noise, environment, stored } = recording;
  return {
    stored: stored ?? UNCHANGED,
    ...(stored !== undefined && original ? { drift: comparison.measureDrift(values64, original.values64) } : {}),
    ...comparison.predictions(values64),
    noise,
    largest: values64.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    environment,
  };
}
