import {
  allocateBytes,
  type ByteSource,
  elementCount,
  IoError,
  MismatchError,
  type ModelFiles,
  readInto,
  throwIfAborted,
} from "@samoyed/core";
import { dequantize, type WeightArray } from "./dequantize.ts";
import { verifyShard } from "./digests.ts";
import type { Model, WeightGroup } from "./model-json.ts";
import { storedBytes, type WeightEntry } from "./weight-entry.ts";

/** Receives one weight, and owns its array. */
export type TakeWeight = (entry: WeightEntry, values: WeightArray) => Promise<void>;

/**
 * Reads a model's weights one after the other, each directly into its own array, so that at most one is in
 * memory here.
 *
 * The sizes of files on a disk are checked before the first is read; those of downloads during reading. A file with a
 * digest is read whole and verified before its bytes are used.
 *
 * @throws MismatchError when the shards have more or fewer bytes than the manifest says, or a digest does not match,
 * naming the file.
 * @throws IoError when a shard is missing or cannot be read.
 */
export async function readWeights(
  model: Pick<Model, "groups" | "label" | "digests">,
  {
    files,
    take,
    signal,
  }: { readonly files: ModelFiles; readonly take: TakeWeight; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  if (files.local) for (const group of model.groups) await measure(group, { files, signal });
  for (const group of model.groups) {
    const shards = shardReader(group, { files, digests: model.digests, signal });
    try {
      for (const entry of group.entries) {
        throwIfAborted(signal);
        const bytes = allocateBytes(storedBytes(entry), `${model.label}: the weight ${JSON.stringify(entry.name)}`);
        await shards.fill(bytes, entry);
        await take(entry, dequantize(bytes, entry));
      }
      await shards.end();
    } finally {
      await shards.close();
    }
  }
}

interface ReadingOptions {
  readonly files: ModelFiles;
  readonly signal: AbortSignal | undefined;
}

async function measure(group: WeightGroup, { files, signal }: ReadingOptions): Promise<void> {
  const sizes: number[] = [];
  for (const file of group.files) {
    const source = await openShard(file, { files, signal });
    sizes.push(source.byteLength);
    await source.close?.();
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === group.byteLength) return;
  // All shards but the last are as large as the first: one that differs is the damaged one.
  const odd = sizes.slice(0, -1).findIndex((size) => size !== sizes[0]);
  const culprit = odd === -1 ? sizes.length - 1 : odd;
  throw wrongSize(group.files[culprit] ?? "no file", {
    label: files.label,
    detail: `it has ${sizes[culprit] ?? 0} bytes, and all shards together ${total}; the manifest's weights take ${group.byteLength}`,
  });
}

async function openShard(file: string, { files, signal }: ReadingOptions): Promise<ByteSource> {
  try {
    return await files.open(file, signal);
  } catch (cause) {
    throwIfAborted(signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IoError(`${files.label}: its shard ${file} cannot be opened: ${reason}`, {
      hint: "All files that model.json names must be next to it.",
      details: { file },
      cause,
    });
  }
}

interface ShardReader {
  /** Fills an array with the next bytes, from as many shards as needed. */
  fill(target: Uint8Array, entry: WeightEntry): Promise<void>;
  /** Checks that nothing is left. */
  end(): Promise<void>;
  close(): Promise<void>;
}

function shardReader(
  group: WeightGroup,
  { files, digests, signal }: ReadingOptions & Pick<Model, "digests">,
): ShardReader {
  let next = 0;
  let offset = 0;
  let current: ByteSource | undefined;
  const advance = async (): Promise<boolean> => {
    await current?.close?.();
    current = undefined;
    const file = group.files[next];
    if (file === undefined) return false;
    next++;
    offset = 0;
    const source = await openShard(file, { files, signal });
    current = await verifyShard(source, { file, digests, label: files.label, signal });
    return true;
  };
  return {
    async fill(target, entry) {
      for (let done = 0; done < target.length;) {
        if (current === undefined || offset === current.byteLength) {
          if (await advance()) continue;
          throw wrongSize(group.files.at(-1) ?? "no file", {
            label: files.label,
            detail: `it ends within the weight ${JSON.stringify(entry.name)}, which takes ${target.length} bytes (${elementCount(entry.shape)} values), of which it has ${done}`,
          });
        }
        const piece = target.subarray(done, done + Math.min(target.length - done, current.byteLength - offset));
        await readInto(current, { offset, target: piece }, { signal });
        done += piece.length;
        offset += piece.length;
      }
    },
    async end() {
      let left = current === undefined ? 0 : current.byteLength - offset;
      while (left === 0 && (await advance())) left = current!.byteLength;
      if (left === 0) return;
      throw wrongSize(group.files[next - 1]!, {
        label: files.label,
        detail: `it has ${left} bytes more than the manifest's weights, which take ${group.byteLength}`,
      });
    },
    async close() {
      await current?.close?.();
      current = undefined;
    },
  };
}

function wrongSize(
  file: string,
  { label, detail }: { readonly label: string; readonly detail: string },
): MismatchError {
  return new MismatchError(`${label}: its shard ${file} does not match the manifest: ${detail}`, {
    hint: "The file is damaged or belongs to another model: convert or download it again.",
    details: { file },
  });
}
