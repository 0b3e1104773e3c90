import { formatShape, SamoyedError, type Tensor, throwIfAborted, UnavailableError } from "@samoyed/core";
import { type CaseBackend, type CaseSession, INPUT } from "./backend.ts";
import { BackendCrash } from "./backend-crash.ts";
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
      /** Image 0 again, `[1, …]`, as the second of a batch; absent for a case of one image. */
      readonly inBatch: Tensor<"float32"> | undefined;
      readonly milliseconds: number;
      readonly weightsSha256: string | undefined;
      readonly artifact: ArtifactContract | undefined;
      readonly taps: TapsOutput | undefined;
    }
  /** An output of the wrong form, or an error. */
  | { readonly kind: "broke"; readonly version: string; readonly reason: string }
  /** Its process ended, or it threw where it may not. */
  | { readonly kind: "crashed"; readonly version: string | undefined; readonly reason: string }
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
 * Runs every input on a backend and stacks the outputs: one at a time, but the last one in a batch before image 0, so that
 * a network that answers only the first of a batch is noticed.
 *
 * @throws AbortedError when the signal fires; any other failure is a result.
 */
export async function runBackend(backend: CaseBackend, options: RunBackendOptions): Promise<BackendOutput> {
  const { signal } = options;
  let availability: Awaited<ReturnType<CaseBackend["availability"]>>;
  try {
    availability = await backend.availability();
  } catch (error) {
    throwIfAborted(signal);
    return { kind: "crashed", version: undefined, reason: `it could not be asked for its version: ${textOf(error)}` };
  }
  if (!availability.available) return { kind: "not run", reason: availability.reason, fix: availability.fix };
  const { version } = availability;
  const opened: { session?: CaseSession } = {};
  let output: BackendOutput;
  try {
    output = await runSession(backend, { ...options, version, opened });
  } catch (error) {
    // It was interrupted, which counts for more than what a session says at its end.
    await opened.session?.dispose().catch(() => undefined);
    throw error;
  }
  try {
    await opened.session?.dispose();
  } catch (error) {
    throwIfAborted(signal);
    // What came first says more.
    if (output.kind !== "crashed") output = { kind: "crashed", version, reason: `at its end: ${textOf(error)}` };
  }
  return output;
}

/** Opens the backend, puts its session into `opened` for the caller to dispose, and runs the inputs. */
async function runSession(
  backend: CaseBackend,
  options: RunBackendOptions & { readonly version: string; readonly opened: { session?: CaseSession } },
): Promise<BackendOutput> {
  const { signal, version, opened } = options;
  const signalOption = signal === undefined ? {} : { signal };
  try {
    const session = await backend.open(signalOption);
    opened.session = session;
    const { inputs, task, onImage } = options;
    const [first, last] = [inputs[0]!, inputs.length > 1 ? inputs.at(-1) : undefined];
    const rows: Float32Array[] = [];
    const times: number[] = [];
    for (const [index, input] of inputs.slice(0, last ? -1 : undefined).entries()) {
      throwIfAborted(signal);
      const start = performance.now();
      const outputs = await session.run({ [INPUT]: batchOf([input]) }, signalOption);
      times.push(performance.now() - start);
      rows.push(...rowsOf(outputs, { ...task, images: 1, size: rows[0]?.length }));
      onImage(index + 1);
    }
    let again: Float32Array | undefined;
    if (last) {
      throwIfAborted(signal);
      const outputs = await session.run({ [INPUT]: batchOf([last, first]) }, signalOption);
      const [row, second] = rowsOf(outputs, { ...task, images: 2, size: rows[0]!.length });
      rows.push(row!);
      again = second;
      onImage(inputs.length);
    }
    const { weightsSha256, artifact } = session;
    const taps = options.taps && (await runTaps(session, { ...options, taps: options.taps }));
    return {
      kind: "ran",
      version,
      output: stack(rows),
      inBatch: again && stack([again]),
      milliseconds: median(times),
      weightsSha256,
      artifact,
      taps,
    };
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof BackendCrash) return { kind: "crashed", version, reason: error.message };
    if (error instanceof UnavailableError) {
      return { kind: "not run", reason: error.message, fix: error.hint ?? "Run samoyed doctor." };
    }
    return { kind: "broke", version, reason: textOf(error) };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function runTaps(
  session: CaseSession,
  { inputs: [input], taps, signal }: RunBackendOptions & { readonly taps: LoadedTaps },
): Promise<TapsOutput> {
  throwIfAborted(signal);
  try {
    const names = taps.layers.map(({ name }) => name);
    const outputs = await session.run({ [INPUT]: batchOf([input!]) }, { taps: names, signal });
    return { kind: "sampled", values: sampleTaps(outputs, taps) };
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof BackendCrash) throw error;
    return { kind: "broke", reason: textOf(error) };
  }
}

/** Puts images `[3, H, W]` into one tensor, `[images, 3, H, W]`; a single one is not copied. */
function batchOf(images: readonly Tensor<"float32">[]): Tensor<"float32"> {
  const { shape, data } = images[0]!;
  return {
    dtype: "float32",
    shape: [images.length, ...shape],
    data: images.length === 1 ? data : concatenated(images.map((image) => image.data)),
  };
}

/** Takes the rows of a batch; `size` is that of the earlier rows. */
function rowsOf(
  outputs: ReadonlyMap<string, Tensor>,
  { name, axis, size, images }: TaskOutput & { readonly images: number; readonly size: number | undefined },
): Float32Array[] {
  const names = [...outputs.keys()];
  const output = outputs.get(name);
  if (!output || names.length !== 1) {
    throw new SamoyedError("mismatch", `the outputs are ${names.join(", ") || "none"}; expected exactly ${name}`);
  }
  const [batch, length = 0] = output.shape;
  const right = output.shape.length === 2 && batch === images && output.data.length === images * length;
  if (output.dtype !== "float32" || !right || (size !== undefined && length !== size)) {
    const got = `${output.dtype} ${formatShape(output.shape)}`;
    throw new SamoyedError("shape", `${name} is ${got}; expected float32 [${images}, ${size ?? axis}]`);
  }
  const data = output.data as Float32Array;
  return Array.from({ length: images }, (_, row) => data.subarray(row * length, (row + 1) * length));
}

function stack(rows: readonly Float32Array[]): Tensor<"float32"> {
  return { dtype: "float32", shape: [rows.length, rows[0]!.length], data: concatenated(rows) };
}

/** Joins arrays of one length. */
function concatenated(parts: readonly Float32Array[]): Float32Array {
  const size = parts[0]!.length;
  const data = new Float32Array(parts.length * size);
  for (const [index, part] of parts.entries()) data.set(part, index * size);
  return data;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
