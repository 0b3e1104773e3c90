import { type Contract, encodeContract, InternalError, throwIfAborted, UsageError } from "@samoyed/core";
import type { Graph } from "@samoyed/graph";
import { type Format, FORMAT_CHECKS, FORMAT_WRITERS, requireWeights } from "./formats.ts";
import type { ConvertOptions } from "./options.ts";
import type { WrittenFile } from "./report.ts";
import { shareReads } from "./share-reads.ts";
import { type SinkSet, sinkSet } from "./sink-set.ts";
import { weightBytes } from "./weight-bytes.ts";

/** What a format may put after the contract's JSON, or before it. */
const FRAME_BYTES = 64 * 1024;

/** What is written. */
export interface WriteJob {
  readonly graph: Graph;
  /** With the placeholder where the source's hash goes, if `hash` is given. */
  readonly contract: Contract | undefined;
  /** The files' name, without endings. */
  readonly name: string;
  readonly formats: readonly Format[];
  /** The source's hash; absent where the contract has it already. */
  readonly hash?: () => Promise<string>;
  /** Called once all weights were read and before any file becomes visible; throws where they are damaged. */
  readonly verify?: () => Promise<void>;
}

/** What of the options concerns writing. */
export type WriteFormatsOptions = Pick<ConvertOptions, "createSink" | "onProgress" | "signal" | "weights" | "tfjs">;

/**
 * Writes a graph in all formats at the same time, so that each weight is read once for all of them. All files become
 * visible at the end, together; after an error there are none.
 */
export async function writeFormats(
  { graph, contract, name, formats, hash, verify }: WriteJob,
  { createSink, onProgress, signal, weights = "float32", tfjs }: WriteFormatsOptions,
): Promise<{ readonly contract: Contract | undefined; readonly files: readonly WrittenFile[] }> {
  for (const format of formats) requireWeights(format, weights);
  for (const format of formats) await FORMAT_CHECKS[format]?.(graph, { contract, weights, ...(signal && { signal }) });
  const total = formats.length * weightBytes(graph);
  let done = 0;
  const contractBytes = contract === undefined ? 0 : new TextEncoder().encode(encodeContract(contract)).byteLength;
  const sinks = sinkSet({
    createSink,
    tailBytes: contractBytes + FRAME_BYTES,
    onWrite(file, byteLength) {
      done += byteLength;
      // The graph's description comes on top of the weights; nobody wants to see 101 %.
      onProgress?.({ file, done: Math.min(done, total), total });
    },
  });
  const owners = new Map<string, Format>();
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const shares = shareReads(graph, formats.length);
  const write = async (format: Format, place: number): Promise<void> => {
    const share = shares[place]!;
    try {
      await FORMAT_WRITERS[format](share.graph, {
        contract,
        name,
        weights,
        tfjs,
        createSink(file, options) {
          owners.set(file, format);
          return sinks.create(file, options);
        },
        signal: stopped,
      });
    } finally {
      share.leave();
    }
  };
  try {
    await allOrFirstError(formats.map(write), () => stop.abort());
    await verify?.();
    const sha256 = await hash?.();
    if (sha256 !== undefined) await fillHash(sinks, { sha256, formats });
    throwIfAborted(signal);
    await sinks.commit();
    const files = sinks.files().map((file) => ({ format: owners.get(file.file)!, ...file }));
    return {
      files: files.toSorted((a, b) => formats.indexOf(a.format) - formats.indexOf(b.format)),
      contract: sha256 === undefined ? contract : { ...contract!, source: { ...contract!.source!, sha256 } },
    };
  } catch (error) {
    // What went wrong first is what the caller must know; a file that cannot be removed now goes when the process ends.
    await sinks.abort().catch(() => undefined);
    throw error;
  }
}

/** Waits for all; after the first failure the others are stopped, and it is thrown when none is working any more. */
async function allOrFirstError(work: readonly Promise<void>[], stop: () => void): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    work.map((promise) =>
      promise.catch((error: unknown) => {
        failures.push(error);
        stop();
      }),
    ),
  );
  if (failures.length > 0) throw failures[0];
}

async function fillHash(
  sinks: SinkSet,
  { sha256, formats }: { readonly sha256: string; readonly formats: readonly Format[] },
): Promise<void> {
  if (!/^[0-9a-f]{64}$/u.test(sha256)) {
    throw new UsageError(`the source's SHA-256 is ${JSON.stringify(sha256)}; expected 64 hexadecimal digits`);
  }
  const count = await sinks.fillHash(sha256);
  if (count !== formats.length) {
    throw new InternalError(`the contract's hash stands in ${count} places; expected ${formats.length}`);
  }
}
