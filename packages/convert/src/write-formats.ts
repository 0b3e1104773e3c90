import { type Contract, InternalError, throwIfAborted, UsageError } from "@samoyed/core";
import { type Format, weightBytes, type WrittenModel } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { optionsFor, requireWritten } from "./format-options.ts";
import type { ConvertOptions } from "./options.ts";
import { prepareFormats } from "./prepare-formats.ts";
import type { WeightStorage, WrittenFile } from "./report.ts";
import { shareReads } from "./share-reads.ts";
import { type SinkSet, sinkSet } from "./sink-set.ts";
import { requireWeightType } from "./weight-types.ts";

/** A graph to write, with its contract and formats. */
export interface WriteJob {
  readonly graph: Graph;
  /** With `UNKNOWN_HASH` where the source's hash goes, if `hash` is given. */
  readonly contract: Contract | undefined;
  /** The files' name, without endings. */
  readonly name: string;
  readonly formats: readonly Format[];
  /** The source's hash; absent where the contract has it already. */
  readonly hash?: () => Promise<string>;
  /** Called once all weights were read and before any file becomes visible; throws where they are damaged. */
  readonly verify?: () => Promise<void>;
}

/** What was written. */
export interface WrittenFormats {
  readonly contract: Contract | undefined;
  readonly files: readonly WrittenFile[];
  readonly storage: WeightStorage;
}

/** Options that concern writing. */
export type WriteFormatsOptions = Pick<
  ConvertOptions,
  "createSink" | "onProgress" | "signal" | "weights" | "formatOptions"
>;

/**
 * Writes a graph in all formats at the same time, so that each weight is read once for all of them. All files become
 * visible at the end, together; after an error there are no files. A graph that a format's runtime would refuse is
 * refused before anything is written.
 *
 * @returns the files, of each format the entry first.
 */
export async function writeFormats(
  { graph, contract, name, formats, hash, verify }: WriteJob,
  { createSink, onProgress, signal, weights, formatOptions }: WriteFormatsOptions,
): Promise<WrittenFormats> {
  if (weights !== undefined) for (const format of formats) requireWeightType(format, weights);
  requireWritten(formats, formatOptions);
  const options = formats.map((format) => optionsFor(format, formatOptions));
  const { shares, begin } = shareReads(graph, formats.length);
  const prepared = await prepareFormats(
    formats.map((format, place) => ({ format, graph: shares[place]!.graph, options: options[place]! })),
    { contract, weights, signal },
  );
  const total = formats.length * weightBytes(graph);
  let done = 0;
  const sinks = sinkSet({
    createSink,
    onWrite(file, byteLength) {
      done += byteLength;
      // The graph's description comes on top of the weights; progress must not show 101 %.
      onProgress?.({ file, done: Math.min(done, total), total });
    },
  });
  const owners = new Map<string, Format>();
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const write = async (format: Format, place: number): Promise<WrittenModel> => {
    try {
      return await prepared[place]!.write({
        name,
        createSink(file) {
          owners.set(file, format);
          return sinks.create(file);
        },
        signal: stopped,
      });
    } finally {
      shares[place]!.leave();
    }
  };
  try {
    begin();
    const models = await allOrFirstError(formats.map(write), () => stop.abort());
    // The hash reads the source as well: only when it is there can the source be known to have stayed the same.
    const sha256 = await hash?.();
    await verify?.();
    if (sha256 !== undefined) await fillHash(sinks, { sha256, models });
    throwIfAborted(signal);
    const entries = new Set(models.map(({ entry }) => entry));
    await sinks.commit(entries);
    const files = sinks.files().map(({ opened, ...file }) => ({ format: owners.get(opened)!, ...file }));
    const rank = ({ format, file }: (typeof files)[number]): number =>
      2 * formats.indexOf(format) + (entries.has(file) ? 0 : 1);
    return {
      storage: Object.fromEntries(formats.map(({ name: format }, place) => [format, prepared[place]!.storage])),
      files: files.toSorted((a, b) => rank(a) - rank(b)).map((file) => ({ ...file, format: file.format.name })),
      contract: sha256 === undefined ? contract : { ...contract!, source: { ...contract!.source!, sha256 } },
    };
  } catch (error) {
    // The caller must know the first failure; a file that cannot be removed now goes when the process ends.
    await sinks.abort().catch(() => undefined);
    throw error;
  }
}

/** Waits for all; after the first failure the others are stopped, and it is thrown when all have ended. */
async function allOrFirstError<T>(work: readonly Promise<T>[], stop: () => void): Promise<readonly T[]> {
  const failures: unknown[] = [];
  const results: T[] = [];
  await Promise.all(
    work.map((promise, place) =>
      promise.then(
        (result) => void (results[place] = result),
        (error: unknown) => {
          failures.push(error);
          stop();
        },
      ),
    ),
  );
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Writes the source's hash where the writers said that it goes. */
async function fillHash(
  sinks: SinkSet,
  { sha256, models }: { readonly sha256: string; readonly models: readonly WrittenModel[] },
): Promise<void> {
  if (!/^[0-9a-f]{64}$/u.test(sha256)) {
    throw new UsageError(`the source's SHA-256 is ${JSON.stringify(sha256)}; expected 64 hexadecimal digits`);
  }
  for (const { entry, sourceHashOffset } of models) {
    if (sourceHashOffset === undefined) throw new InternalError(`${entry} has no place for the source's hash`);
    await sinks.patch(entry, sourceHashOffset, new TextEncoder().encode(sha256));
  }
}
