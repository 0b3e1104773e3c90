import { formatShape, SamoyedError, type Tensor, throwIfAborted, UnavailableError } from "@samoyed/core";
import { type CaseBackend, type CaseSession, INPUT, OUTPUT } from "./backend.ts";
import type { LoadedTaps } from "./load-taps.ts";
import { sampleTaps } from "./sample-taps.ts";

/** What a backend gave for all images, or why it gave nothing. */
export type BackendOutput =
  | {
      readonly kind: "ran";
      readonly version: string;
      readonly logits: Tensor<"float32">;
      readonly milliseconds: number;
      readonly weightsSha256: string | undefined;
      readonly taps: TapsOutput | undefined;
    }
  /** An answer of the wrong form, or an error. */
  | { readonly kind: "broke"; readonly version: string; readonly reason: string }
  | { readonly kind: "not run"; readonly reason: string; readonly fix: string };

/** Values inside the network for image 0, or why there are none. */
export type TapsOutput =
  | { readonly kind: "sampled"; readonly values: Float32Array }
  | { readonly kind: "broke"; readonly reason: string };

/** What running a backend needs. */
export interface RunBackendOptions {
  readonly inputs: readonly Tensor<"float32">[];
  /** Where to look into the network, in a run of its own: a tapped graph may round otherwise. */
  readonly taps: LoadedTaps | undefined;
  readonly onImage: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs every input on a backend, one at a time (a batch may round otherwise), and stacks the logits.
 *
 * @throws AbortedError when the signal fires; everything else that goes wrong is a result.
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
      rows.push(logitsOf(outputs, rows[0]?.length));
      options.onImage(index + 1);
    }
    const { weightsSha256 } = session;
    const taps = options.taps && (await runTaps(session, { ...options, taps: options.taps }));
    return { kind: "ran", version, logits: stack(rows), milliseconds: median(times), weightsSha256, taps };
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
    const outputs = await session.run({ [INPUT]: batch }, { taps: names, ...(signal ? { signal } : {}) });
    return { kind: "sampled", values: sampleTaps(outputs, taps) };
  } catch (error) {
    throwIfAborted(signal);
    return { kind: "broke", reason: error instanceof Error ? error.message : String(error) };
  }
}

function logitsOf(outputs: ReadonlyMap<string, Tensor>, classes: number | undefined): Float32Array {
  const names = [...outputs.keys()];
  const logits = outputs.get(OUTPUT);
  if (!logits || names.length !== 1) {
    throw new SamoyedError("mismatch", `the outputs are ${names.join(", ") || "none"}; expected exactly ${OUTPUT}`);
  }
  const [batch, size] = logits.shape;
  const right = logits.shape.length === 2 && batch === 1 && logits.data.length === size;
  if (logits.dtype !== "float32" || !right || (classes !== undefined && size !== classes)) {
    const got = `${logits.dtype} ${formatShape(logits.shape)}`;
    throw new SamoyedError("shape", `${OUTPUT} is ${got}; expected float32 [1, ${classes ?? "classes"}]`);
  }
  return logits.data as Float32Array;
}

function stack(rows: readonly Float32Array[]): Tensor<"float32"> {
  const classes = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * classes);
  for (const [index, row] of rows.entries()) data.set(row, index * classes);
  return { dtype: "float32", shape: [rows.length, classes], data };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
