import { type ByteSource, FormatError, quote, type ReadOptions } from "@samoyed/core";
import { readInt64, viewOf } from "../little-endian.ts";
import { sliceSource } from "../slice-source.ts";
import type { Storage } from "../tensor/storage.ts";

const COUNT_BYTES = 8;
/** Counts closer together than this are read at once: the copy costs less than another read. */
const NEIGHBOR_BYTES = 1 << 15;
const MAX_BATCH_BYTES = 1 << 18;
/** Concurrent reads; more do not help a disk, and take memory. */
const PARALLEL_READS = 8;

/** Options of `attachLegacyStorages`. */
export interface LegacyStorageOptions extends ReadOptions {
  /** The storages that the object refers to, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
  /** The storage keys in the file's order. */
  readonly keys: readonly string[];
  /** Offset of the first count. */
  readonly offset: number;
}

/**
 * Attaches each storage's bytes: offsets follow from the counts in the object, and the counts
 * before the bytes are then checked against them.
 *
 * @throws FormatError when keys are unknown, missing or duplicate, a count differs, or the file has another length.
 */
export async function attachLegacyStorages(source: ByteSource, options: LegacyStorageOptions): Promise<void> {
  const { storages, keys, label } = { ...options, label: source.label };
  const placed: { storage: Storage; at: number }[] = [];
  const seen = new Set<string>();
  let position = options.offset;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) {
      throw new FormatError(`${label}: storage key ${quote(key)} belongs to no tensor`);
    }
    if (seen.has(key)) {
      throw new FormatError(`${label}: storage key ${quote(key)} is listed twice`);
    }
    seen.add(key);
    placed.push({ storage, at: position });
    position += COUNT_BYTES + storage.byteLength;
  }
  for (const key of storages.keys()) {
    if (!seen.has(key)) {
      throw new FormatError(`${label}: storage ${quote(key)} is not in the list of storages`);
    }
  }
  if (position > source.byteLength) {
    throw new FormatError(`${label}: the storages end at byte ${position}; the file has ${source.byteLength}`, {
      hint: "The file was cut short; fetch it again.",
    });
  }
  if (position < source.byteLength) {
    throw new FormatError(`${label}: ${source.byteLength - position} bytes follow the last storage`);
  }
  await checkCounts(source, placed, options);
  for (const { storage, at } of placed) {
    storage.source = sliceSource(source, {
      offset: at + COUNT_BYTES,
      byteLength: storage.byteLength,
      label: `${label}: storage ${quote(storage.key)}`,
    });
  }
}

type Placed = readonly { readonly storage: Storage; readonly at: number }[];

async function checkCounts(source: ByteSource, placed: Placed, options: ReadOptions): Promise<void> {
  const batches = batch(placed);
  const worker = async (): Promise<void> => {
    for (let next = batches.shift(); next !== undefined; next = batches.shift()) {
      const start = next[0]!.at;
      const bytes = await source.read(start, next.at(-1)!.at + COUNT_BYTES - start, options);
      const view = viewOf(bytes);
      for (const { storage, at } of next) {
        const count = readInt64(view, at - start);
        if (count !== storage.count) {
          throw new FormatError(
            `${source.label}: storage ${quote(storage.key)} at byte ${at} states ${count ?? "more than 2^53"} elements; ` +
              `the object refers to ${storage.count}`,
          );
        }
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, batches.length) }, worker));
}

/** Groups neighbors; `placed` is in file order. */
function batch(placed: Placed): Placed[] {
  const batches: { storage: Storage; at: number }[][] = [];
  for (const item of placed) {
    const last = batches.at(-1);
    if (last === undefined || item.at - last.at(-1)!.at > NEIGHBOR_BYTES || item.at - last[0]!.at > MAX_BATCH_BYTES) {
      batches.push([item]);
    } else {
      last.push(item);
    }
  }
  return batches;
}
