import { type Checkpoint, openCheckpoint, requireChecksums } from "@samoyed/checkpoint";
import { type ByteSource, labelsFit, MismatchError, type ReadOptions, throwIfAborted, UsageError } from "@samoyed/core";
import type { Format } from "@samoyed/graph";
import { buildContract } from "./build-contract.ts";
import { outputName } from "./file-name.ts";
import { formatsNamed } from "./format-named.ts";
import { hashPortable } from "./hash-portable.ts";
import type { ConvertOptions } from "./options.ts";
import { lastPart } from "./last-part.ts";
import { buildNetwork, networkIn } from "./network-in.ts";
import type { OpenedNetwork } from "./open-network.ts";
import type { ConvertReport } from "./report.ts";
import { preprocessAssumptions } from "./preprocess-assumptions.ts";
import { requireNoAssumptions } from "./require-no-assumptions.ts";
import { UNKNOWN_HASH } from "./unknown-hash.ts";
import { conversionWarnings } from "./warnings.ts";
import { writeFormats } from "./write-formats.ts";

/**
 * Converts a checkpoint: opens it, finds the weights and the network they belong to, builds and rewrites its graph, and
 * writes it in each format, with the contract inside. Weights stream from the source to the sinks.
 *
 * All output files become visible at the end, together; after an error or an abort there are no files. The same
 * checkpoint and options give the same bytes. Files that the caller opened stay open; shards that `resolve` opened are
 * closed.
 *
 * @throws FormatError, UnsupportedError when the checkpoint is damaged, or not one that Samoyed reads; a checksum that
 * does not match is damage, unless `allowDamaged`. With `strict`, UnsupportedError when something is assumed.
 * @throws MismatchError when the tensors are not the model's (the first ten differences are named), or the labels not
 * as many as the classes.
 * @throws UsageError when the options contradict one another. Where `preprocessor_config.json` says what cannot be done, its
 * error, unless the caller gives the settings.
 * @throws IoError when reading or writing fails, or the source changed while it was read.
 * @throws AbortedError when the signal fires.
 */
export async function convertCheckpoint(
  source: ByteSource | Checkpoint,
  options: ConvertOptions,
): Promise<ConvertReport> {
  // It is awaited only at the end; until then nothing listens, and Node must not end the process if it fails.
  Promise.resolve(options.sourceSha256).catch(() => undefined);
  throwIfAborted(options.signal);
  const formats = formatsNamed(options.formats);
  if (isCheckpoint(source)) {
    const { sourceName: name, sourceSha256: sha256 } = options;
    if (name === undefined || sha256 === undefined) {
      throw new UsageError(
        "an opened checkpoint has no name and no hash; `sourceName` and `sourceSha256` were expected",
      );
    }
    return convert({ open: async () => source, name, hash: async () => sha256, formats }, options);
  }
  const shards: ByteSource[] = [];
  const { resolve, sourceName = source.label, sourceSha256 } = options;
  const reading = readOptions(options);
  const resolveShard = async (file: string): Promise<ByteSource> => {
    const shard = await resolve!(file);
    shards.push(shard);
    return shard;
  };
  const open = (): Promise<Checkpoint> =>
    openCheckpoint(source, { ...reading, ...(resolve && { resolve: resolveShard }) });
  const hash = async (): Promise<string> => sourceSha256 ?? hashPortable(source, reading);
  const unchanged = async (): Promise<void> => {
    for (const each of [source, ...shards]) await each.requireUnchanged?.();
  };
  try {
    return await convert({ open, name: sourceName, hash, unchanged, formats }, options);
  } finally {
    for (const shard of shards) {
      await shard.close?.();
    }
  }
}

interface ConvertJob {
  readonly open: () => Promise<Checkpoint>;
  /** The source's name, with or without folders. */
  readonly name: string;
  readonly hash: () => Promise<string>;
  /** Throws where the files are not those that were opened. */
  readonly unchanged?: () => Promise<void>;
  readonly formats: readonly Format[];
}

async function convert(
  { open, name, hash, unchanged, formats }: ConvertJob,
  options: ConvertOptions,
): Promise<ConvertReport> {
  const start = performance.now();
  const checkpoint = await open();
  const verify = async (): Promise<void> => {
    // Verifying adds to the warnings, too.
    if (options.allowDamaged === true) await checkpoint.verifyChecksums?.(readOptions(options));
    else await requireChecksums(checkpoint, readOptions(options));
  };
  // Verifies the bytes read so far, before anything is concluded from them.
  await verify();
  const network = await networkIn(checkpoint, { name, resolve: options.resolve }, options);
  const { model, unwrapped, recorded, notes } = network;
  const assumptions = [...network.assumptions, ...preprocessAssumptions(model, options.preprocess)];
  if (options.strict === true) requireNoAssumptions(assumptions);
  const opened = performance.now();

  const { graph, rewrites, note } = buildNetwork(checkpoint, network, options);
  const source = { name: lastPart(name), sha256: UNKNOWN_HASH };
  // Class names that the caller gives, or the checkpoint and the files beside it.
  const labels = options.labels ?? (options.features === true ? undefined : recordedLabelsOf(network));
  const described = { ...options, ...(labels && { labels }) };
  const contract = buildContract({ model, graph, source, assumptions }, described);
  const built = performance.now();

  const verifyAll = async (): Promise<void> => {
    await verify();
    await unchanged?.();
  };
  const written = await writeFormats(
    { graph, contract, name: outputName(contract), formats, hash, verify: verifyAll },
    options,
  );
  const end = performance.now();
  return {
    model: model.name,
    numClasses: model.numClasses,
    candidates: model.candidates.map((candidate) => candidate.name),
    contract: written.contract!,
    preprocessFrom: options.preprocess === undefined ? model.preprocessFrom : "given",
    files: written.files,
    storage: written.storage,
    unwrapped,
    recorded: Object.fromEntries(recorded.fields),
    rewrites,
    assumptions,
    warnings: [
      ...checkpoint.warnings,
      ...notes,
      ...(note === undefined ? [] : [note]),
      ...conversionWarnings(model, described),
    ],
    milliseconds: { open: opened - start, build: built - opened, write: end - built, total: end - start },
  };
}

/**
 * The names of classes in the file.
 *
 * @throws MismatchError when they are not as many as the classes.
 */
function recordedLabelsOf({ model, recorded: { labels } }: OpenedNetwork): readonly string[] | undefined {
  if (labels === undefined || model.numClasses === 0) return undefined;
  if (labelsFit(labels.names, model.numClasses)) return labels.names;
  throw new MismatchError(
    `the checkpoint contradicts itself: its ${labels.where} has ${labels.names.length} names, its classifier has ${model.numClasses} classes`,
    { hint: "Give the names that are right: --labels FILE.", details: { where: labels.where } },
  );
}

function isCheckpoint(source: ByteSource | Checkpoint): source is Checkpoint {
  return "tensors" in source;
}

function readOptions({ signal }: ConvertOptions): ReadOptions {
  return signal === undefined ? {} : { signal };
}
