import { formatShape, SamoyedError, type Tensor, throwIfAborted, UnavailableError } from "@samoyed/core";
import { type CaseBackend, type CaseSession, INPUT } from "./backend.ts";
import type { ArtifactContract } from "./contract-check.ts";
import type { LoadedTaps } from "./load-taps.ts";
import { sampleTaps } from "./sample-taps.ts";
import type { TaskOutput } from "./task-comparison.ts";

/** A backend's output for all images, or the reason why it is missing. */
export type BackendOutput =
  | {
      readonly kind: "ran";
      readonly version: string;
      /** `[images, …]`. */
      readonly output: Tensor<"float32">;
      readonly milliseconds: number;
      readonly weightsSha256: string | undefined;
      readonly artifact: ArtifactContract | undefined;
      readonly taps: TapsOutput | undefined;
    }
  /** An output of the wrong form, or an error. */
  | { readonly kind: "broke"; readonly version: string; readonly reason: string }
  | { readonly kind: "not run"; readonly reason: string; readonly fix: string };

/** Values inside the network for image 0, or the reason why they are missing. */
export type TapsOutput =
  | { readonly kind: "sampled"; readonly values: Float32Array }
  | { readonly kind: "broke"; readonly reason: string };

/** Options of `runBackend`. */
export interface RunBackendOptions {
  readonly task: TaskOutput;
  readonly inputs: readonly Tensor<"float32">[];
  /** Positions to sample inside the network, in a separate run: a tapped graph may round differently. */
  readonly taps: LoadedTaps | undefined;
  readonly onImage: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs every input on a backend, one at a time (a batch may round differently), and stacks the outputs.
 *
 * @throws AbortedError when the signal fires; any other failure is a result.
 */
export async function runBackend(backend: CaseBackend, options: RunBackendOptions): Promise<BackendOutput> {
  const { signal } = options;
  const signalOption = signal === undefined ? {} : { signal };
  const availability = await backend.availability();
  if (!availability.available) return { kind: "not run", reason: availability.reason, fix: availability.fix };
  const { version } = availability;
  let session: CaseSession | undefined;
  try {
    session = await backend.open(signalOption);
    const rows: Float32Array[] = [];
    const times: number[] = [];
    for (const [index, input] of options.inputs.entries()) {
      throwIfAborted(signal);
      const start = performance.now();
      const batch: Tensor = { ...input, shape: [1, ...input.shape] };
      const outputs = await session.run({ [INPUT]: batch }, signalOption);
      times.push(performance.now() - start);
      rows.push(rowOf(outputs, { ...options.task, size: rows[0]?.length }));
      options.onImage(index + 1);
    }
    const { weightsSha256, artifact } = session;
    const taps = options.taps && (await runTaps(session, { ...options, taps: options.taps }));
    return { kind: "ran", version, output: stack(rows), milliseconds: median(times), weightsSha256, artifact, taps };
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof UnavailableError) {
      return { kind: "not run", reason: error.message, fix: error.hint ?? "Run samoyed doctor." };
    }
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "broke", version, reason };
  } finally {
    await session?.dispose();
  }
}

async function runTaps(
  session: CaseSession,
  { inputs: [input], taps, signal }: RunBackendOptions & { readonly taps: LoadedTaps },
): Promise<TapsOutput> {
  throwIfAborted(signal);
  try {
    const batch: Tensor = { ...input!, shape: [1, ...input!.shape] };
    const names = taps.layers.map(({ name }) => name);
    const outputs = await session.run({ [INPUT]: batch }, { taps: names, signal });
    return { kind: "sampled", values: sampleTaps(outputs, taps) };
  } catch (error) {
    throwIfAborted(signal);
    return { kind: "broke", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Takes the row of one image; `size` is that of the earlier rows. */
function rowOf(
  outputs: ReadonlyMap<string, Tensor>,
  { name, axis, size }: TaskOutput & { readonly size: number | undefined },
): Float32Array {
  const names = [...outputs.keys()];
  const output = outputs.get(name);
  if (!output || names.length !== 1) {
    throw new SamoyedError("mismatch", `the outputs are ${names.join(", ") || "none"}; expected exactly ${name}`);
  }
  const [batch, length] = output.shape;
  const right = output.shape.length === 2 && batch === 1 && output.data.length === length;
  if (output.dtype !== "float32" || !right || (size !== undefined && length !== size)) {
    const got = `${output.dtype} ${formatShape(output.shape)}`;
    throw new SamoyedError("shape", `${name} is ${got}; expected float32 [1, ${size ?? axis}]`);
  }
  return output.data as Float32Array;
}

function stack(rows: readonly Float32Array[]): Tensor<"float32"> {
  const size = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * size);
  for (const [index, row] of rows.entries()) data.set(row, index * size);
  return { dtype: "float32", shape: [rows.length, size], data };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
