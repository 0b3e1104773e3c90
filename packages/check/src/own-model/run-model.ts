import { SamoyedError, type Tensor, throwIfAborted, UnavailableError } from "@samoyed/core";
import { BackendCrash } from "@samoyed/golden";
import type { Backend, Session } from "@samoyed/runtime";
import type { Inputs, Outputs } from "./model-reference.ts";

/** What a backend gave for every run, or why it gave nothing. */
export type ModelOutput =
  | { readonly kind: "ran"; readonly version: string; readonly runs: readonly Outputs[]; readonly milliseconds: number }
  | { readonly kind: "broke"; readonly version: string; readonly reason: string }
  /** The backend's process ended or hung, or it threw where it may not. */
  | { readonly kind: "crashed"; readonly version: string | undefined; readonly reason: string }
  | { readonly kind: "not run"; readonly reason: string; readonly fix: string };

/** Options of `runModel`. */
export interface RunModelOptions {
  /** Path of the artifact. */
  readonly artifact: string;
  readonly runs: readonly Inputs[];
  readonly onRun: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a model on a backend, once for each set of inputs.
 *
 * @throws AbortedError when the signal fires; any other failure is a result.
 */
export async function runModel(backend: Backend, options: RunModelOptions): Promise<ModelOutput> {
  const { artifact, signal } = options;
  let version: string | undefined;
  let session: Session | undefined;
  let output: ModelOutput;
  try {
    const availability = await backend.availability();
    if (!availability.available) return { kind: "not run", reason: availability.reason, fix: availability.fix };
    version = availability.version;
    session = await backend.load(artifact, { signal });
    output = { kind: "ran", version, ...(await runAll(session, options)) };
  } catch (error) {
    throwIfAborted(signal);
    output = failureOf(error, version);
  }
  try {
    await session?.dispose();
  } catch (error) {
    if (output.kind !== "crashed") output = { kind: "crashed", version, reason: `at its end: ${textOf(error)}` };
  }
  return output;
}

async function runAll(
  session: Session,
  { runs, signal, onRun }: RunModelOptions,
): Promise<{ readonly runs: readonly Outputs[]; readonly milliseconds: number }> {
  const results: Outputs[] = [];
  const times: number[] = [];
  for (const [index, inputs] of runs.entries()) {
    throwIfAborted(signal);
    const start = performance.now();
    results.push(await session.run(namedAs(session, inputs), { signal }));
    times.push(performance.now() - start);
    onRun(index + 1);
  }
  return { runs: results, milliseconds: times.toSorted((a, b) => a - b)[times.length >> 1]! };
}

function failureOf(error: unknown, version: string | undefined): ModelOutput {
  if (error instanceof BackendCrash) return { kind: "crashed", version, reason: error.message };
  // Being asked for its version is no part of a run.
  if (version === undefined) {
    return { kind: "crashed", version, reason: `it could not be asked for its version: ${textOf(error)}` };
  }
  if (error instanceof UnavailableError) {
    return { kind: "not run", reason: error.message, fix: error.hint ?? "Run samoyed doctor." };
  }
  return { kind: "broke", version, reason: textOf(error) };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Inputs under the session's names: an engine may call a model's only input otherwise than its file does. */
function namedAs({ inputs: ports }: Session, inputs: Inputs): Record<string, Tensor> {
  if (ports.every(({ name }) => Object.hasOwn(inputs, name))) return inputs;
  const given = Object.keys(inputs);
  if (given.length === 1 && ports.length === 1) return { [ports[0]!.name]: inputs[given[0]!]! };
  const wanted = ports.map(({ name }) => name).join(", ");
  throw new SamoyedError("mismatch", `the model takes ${wanted}; there are inputs for ${given.join(", ")}`);
}
