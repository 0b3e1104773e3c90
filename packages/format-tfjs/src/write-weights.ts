import {
  allocateBytes,
  arrayToBytes,
  bytesToArray,
  copyChunks,
  elementCount,
  type LazyTensor,
  narrowWeights,
  type ReadOptions,
  requireMultiples,
  type Sink,
  tensorByteLength,
  throughBlocks,
  throwIfAborted,
  UnsupportedError,
} from "@samoyed/core";
import type { WeightArray } from "./arrangement.ts";
import { type Quantization, quantizationOf, quantize, type StoredWeights } from "./quantize.ts";
import { shardSink, type WrittenShard } from "./shard-writer.ts";
import type { WeightEntry } from "./tf-graph.ts";

/** A weight as the manifest lists it. */
export interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: WeightEntry["dtype"];
  readonly quantization?: { readonly dtype: "float16" } | ({ readonly dtype: "uint8" | "uint16" } & Quantization);
}

/** The weights as they were written: the files and what they contain, in order. */
export interface WrittenWeights {
  readonly shards: readonly WrittenShard[];
  readonly weights: readonly ManifestEntry[];
}

const BYTES = { float32: 4, float16: 2, uint16: 2, uint8: 1, int32: 4, bool: 1 } as const;

/** Storage of an entry. */
export type Stored = keyof typeof BYTES;

/** How an entry is stored where `weights` is asked for; by default as its source has it. */
export function storedAs({ compressible, dtype, exact }: WeightEntry, weights: StoredWeights | undefined): Stored {
  if (!compressible || dtype !== "float32") return dtype;
  return weights ?? (exact === undefined ? dtype : "uint8");
}

/** A source that is in memory, for the entries that are made of it. */
interface Loaded {
  readonly source: LazyTensor;
  readonly array: WeightArray;
  quantization?: Quantization;
}

/**
 * Writes weights in order into files of 4 MiB. One source is in memory at a time, in an array that all share; those
 * that stay as they are only stream through.
 *
 * @throws ShapeError when a tensor yields more or fewer bytes than its shape has.
 * @throws UnsupportedError when a value cannot be stored as asked.
 */
export async function writeWeights(
  entries: readonly WeightEntry[],
  {
    weights,
    createSink,
    reading,
  }: {
    readonly weights: StoredWeights | undefined;
    readonly createSink: (file: string) => Promise<Sink>;
    readonly reading: ReadOptions;
  },
): Promise<WrittenWeights> {
  const total = entries.reduce((sum, entry) => sum + elementCount(entry.shape) * BYTES[storedAs(entry, weights)], 0);
  const shards = shardSink(total, createSink);
  const load = loader(reading);
  const manifest: ManifestEntry[] = [];
  await throughBlocks(shards, async (blocks) => {
    for (const entry of entries) {
      throwIfAborted(reading.signal);
      const stored = storedAs(entry, weights);
      const { name, shape, dtype, source } = entry;
      let quantization: ManifestEntry["quantization"];
      if (entry.arrangement === undefined && (stored === "float32" || stored === "bool")) {
        await copyChunks(source, (bytes) => blocks.append(bytes), reading);
      } else {
        const loaded = await load(source);
        if (stored === "uint8" || stored === "uint16") {
          loaded.quantization ??= quantizationFor(entry, loaded.array as Float32Array, stored);
          quantization = { dtype: stored, ...loaded.quantization };
        } else if (stored === "float16") {
          quantization = { dtype: stored };
        }
        for (const piece of entry.arrangement?.pieces(loaded.array) ?? [loaded.array]) {
          await blocks.append(encode(piece, { stored, quantization: loaded.quantization, source }));
        }
      }
      manifest.push({ name, shape, dtype, ...(quantization && { quantization }) });
    }
  });
  return { shards: await shards.end(), weights: manifest };
}

/** The line by which an entry's values are stored: their own, if 8 bits hold it, else one by their range. */
function quantizationFor(
  { exact, source }: WeightEntry,
  values: Float32Array,
  stored: "uint8" | "uint16",
): Quantization {
  if (exact === undefined || stored !== "uint8") return quantizationOf(values, stored, source);
  requireMultiples(values, exact.scale, source.name);
  return exact;
}

function encode(
  piece: WeightArray,
  { stored, quantization, source }: { stored: Stored; quantization: Quantization | undefined; source: LazyTensor },
): Uint8Array {
  if (stored === "uint8" || stored === "uint16") {
    return arrayToBytes(quantize(piece as Float32Array, quantization!, stored));
  }
  if (stored !== "float16") return arrayToBytes(piece);
  return arrayToBytes(narrowWeights(piece as Float32Array, source.name));
}

/** Reads sources into one array that grows to the largest. */
function loader(reading: ReadOptions): (source: LazyTensor) => Promise<Loaded> {
  let memory: Uint8Array = new Uint8Array(0);
  let loaded: Loaded | undefined;
  return async (source) => {
    if (loaded?.source === source) return loaded;
    loaded = undefined;
    const byteLength = tensorByteLength(source.dtype, source.shape);
    if (memory.byteLength < byteLength) memory = allocateBytes(byteLength, `weight "${source.name}"`);
    let position = 0;
    await copyChunks(
      source,
      (bytes) => {
        memory.set(bytes, position);
        position += bytes.byteLength;
      },
      reading,
    );
    const array = toWeightArray(memory.subarray(0, byteLength), source);
    loaded = { source, array };
    return loaded;
  };
}

function toWeightArray(bytes: Uint8Array, { dtype, name }: LazyTensor): WeightArray {
  if (dtype !== "int64") return bytesToArray(bytes, dtype) as WeightArray;
  const values = bytesToArray(bytes, dtype);
  return Int32Array.from(values, (value) => {
    if (BigInt.asIntN(32, value) === value) return Number(value);
    throw new UnsupportedError(`constant "${name}" holds ${value}; TensorFlow.js's integers have 32 bits`);
  });
}
