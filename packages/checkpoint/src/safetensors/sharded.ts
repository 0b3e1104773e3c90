import {
  type ByteSource,
  describeJson,
  FormatError,
  type JsonValue,
  type LazyTensor,
  parseStrictJson,
  quote,
  type ReadOptions,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { type Checkpoint, isMap } from "../checkpoint.ts";
import { type ChecksumMismatch } from "../entry-checks.ts";

/** About 100 bytes for each tensor. */
const MAX_INDEX_BYTES = 64 * 2 ** 20;
/** The largest published models have a few hundred. */
const MAX_SHARDS = 10_000;

/** Options of `openSharded`. */
export interface ShardOptions extends ReadOptions {
  readonly resolve: ((file: string) => Promise<ByteSource>) | undefined;
  /** Opens one shard. */
  readonly open: (source: ByteSource) => Promise<Checkpoint>;
}

/**
 * Opens a sharded checkpoint by its index, `model.safetensors.index.json` or `pytorch_model.bin.index.json`, and all of
 * its shards' indexes. Tensors have the index's order.
 *
 * @throws FormatError for shard names that are not plain file names, and when the shards' tensors are not exactly the index's.
 * @throws UsageError without `resolve`.
 */
export async function openSharded(source: ByteSource, options: ShardOptions): Promise<Checkpoint> {
  const { label } = source;
  if (source.byteLength > MAX_INDEX_BYTES) {
    throw new FormatError(`${label}: an index of ${source.byteLength} bytes; at most ${MAX_INDEX_BYTES} are read`);
  }
  const json = parseStrictJson(await source.read(0, source.byteLength, options), `${label}: the index`);
  const fileOf = readWeightMap(json, label);
  const { resolve } = options;
  if (resolve === undefined) {
    throw new UsageError(`${label}: a sharded checkpoint needs the \`resolve\` option, which opens its shards`);
  }
  const opened: Checkpoint[] = [];
  try {
    const found = new Map<string, { file: string; tensor: LazyTensor }>();
    for (const file of new Set(fileOf.values())) {
      const shard = await openShard(await resolve(file), options.open);
      opened.push(shard);
      for (const [name, tensor] of shardTensors(shard, `${label}: shard ${file}`)) {
        checkShardOf(name, { file, index: fileOf.get(name), other: found.get(name)?.file, label });
        found.set(name, { file, tensor });
      }
    }
    const tensors = new Map<string, LazyTensor>();
    for (const [name, file] of fileOf) {
      const tensor = found.get(name)?.tensor;
      if (tensor === undefined) {
        throw new FormatError(`${label}: tensor ${quote(name)} is not in ${file}, where the index lists it`);
      }
      tensors.set(name, tensor);
    }
    return {
      container: "sharded",
      root: new Map(tensors),
      tensors,
      metadata: readMetadata(json),
      warnings: opened.flatMap((shard) => shard.warnings),
      async verifyChecksums(reading) {
        const mismatches: ChecksumMismatch[] = [];
        for (const shard of opened) mismatches.push(...((await shard.verifyChecksums?.(reading)) ?? []));
        return mismatches;
      },
      close: async () => closeAll([source, ...opened]),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

async function openShard(source: ByteSource, open: ShardOptions["open"]): Promise<Checkpoint> {
  try {
    return await open(source);
  } catch (error) {
    await source.close?.();
    throw error;
  }
}

async function closeAll(items: readonly { close?(): Promise<void> }[]): Promise<void> {
  for (const item of items) {
    await item.close?.();
  }
}

function readWeightMap(json: JsonValue, label: string): Map<string, string> {
  const map = json instanceof Map ? json.get("weight_map") : undefined;
  if (!(map instanceof Map)) {
    throw new FormatError(`${label}: JSON without a "weight_map", so it is not the index of a sharded checkpoint`);
  }
  const fileOf = new Map<string, string>();
  for (const [name, file] of map) {
    const where = `${label}: the shard of tensor ${quote(name)}`;
    if (typeof file !== "string") {
      throw new FormatError(`${where} is ${describeJson(file)}; expected a file name`);
    }
    if (!isPlainFileName(file)) {
      throw new FormatError(`${where} is ${quote(file)}; expected the plain name of a file next to the index`);
    }
    fileOf.set(name, file);
  }
  const shards = new Set(fileOf.values()).size;
  if (shards > MAX_SHARDS) {
    throw new FormatError(`${label}: an index of ${shards} shards; at most ${MAX_SHARDS} are opened`);
  }
  return fileOf;
}

/** No folder, no drive, no URL, nothing that a shell or a file system interprets differently. */
function isPlainFileName(file: string): boolean {
  return /^[^/\\:\0]+$/.test(file) && !/^\.+$/.test(file) && file.length <= 255;
}

function shardTensors(shard: Checkpoint, label: string): ReadonlyMap<string, LazyTensor> {
  if (shard.container === "sharded" || !isMap(shard.root)) {
    throw new UnsupportedError(`${label} contains no dictionary of tensors`);
  }
  return shard.tensors;
}

function checkShardOf(
  name: string,
  place: { file: string; index: string | undefined; other: string | undefined; label: string },
): void {
  const what = `${place.label}: tensor ${quote(name)}`;
  if (place.other !== undefined) {
    throw new FormatError(`${what} is in two shards, ${place.other} and ${place.file}`);
  }
  if (place.index !== place.file) {
    throw new FormatError(`${what} is in ${place.file}; the index lists it in ${place.index ?? "no shard"}`);
  }
}

function readMetadata(json: JsonValue): ReadonlyMap<string, string> {
  const entries = json instanceof Map ? json.get("metadata") : undefined;
  const metadata = new Map<string, string>();
  if (entries instanceof Map) {
    for (const [key, value] of entries) {
      metadata.set(key, typeof value === "string" ? value : describeJson(value));
    }
  }
  return metadata;
}
