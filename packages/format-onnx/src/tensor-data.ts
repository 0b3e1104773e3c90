import {
  type ByteSource,
  bytesPerElement,
  bytesToTensor,
  CHUNK_BYTES,
  type DType,
  FormatError,
  lazyFromChunks,
  lazyTensor,
  type LazyTensor,
  type ReadOptions,
} from "@samoyed/core";
import type { Storage, TensorRecord } from "./tensor-record.ts";
import { decodeVarint } from "./varint.ts";
import type { Span } from "./wire.ts";

/** Most bytes of a tensor that is read at once. */
const MAX_SMALL_BYTES = 1024;

/** Most bytes of one of integers: exporters write out the positions along an axis. */
const MAX_SMALL_INTEGER_BYTES = 64 * 1024;

/** Whether a tensor is read at once, because shape inference and rewrites need its elements: sizes, axes, positions. */
export function isSmall({ dtype, byteLength }: TensorRecord): boolean {
  return byteLength <= (dtype === "int64" || dtype === "int32" ? MAX_SMALL_INTEGER_BYTES : MAX_SMALL_BYTES);
}

/** Location of a tensor's elements, in any file. */
export interface TensorPlace {
  readonly source: ByteSource;
  readonly storage: Storage;
  readonly spans: readonly Span[];
}

/**
 * Makes a lazy tensor `name` from a tensor of a file: its elements are read on demand, in chunks; those of a small
 * tensor at once.
 *
 * @throws FormatError here or from its reads, when the elements are fewer or more than its shape has, or out of range.
 */
export async function toLazyTensor(
  name: string,
  { record, place, options }: { record: TensorRecord; place: TensorPlace; options: ReadOptions },
): Promise<LazyTensor> {
  const { dtype, shape } = record;
  const lazy = lazyFromChunks({ name, dtype, shape }, (options) =>
    isVarints(place.storage) ? decodedChunks(record, place, options) : storedChunks(place, options),
  );
  if (!isSmall(record)) return lazy;
  return lazyTensor(name, bytesToTensor(await lazy.read(options), dtype, shape));
}

function isVarints(storage: Storage): boolean {
  return storage === "int32" || storage === "int64" || storage === "uint64";
}

/** Reads `raw`, `float` and `double` data, which are little-endian elements. */
async function* storedChunks({ source, spans }: TensorPlace, options: ReadOptions): AsyncGenerator<Uint8Array> {
  for (const { start, end } of spans) {
    for (let at = start; at < end; at += CHUNK_BYTES) {
      yield source.read(at, Math.min(CHUNK_BYTES, end - at), options);
    }
  }
}

/** Reads integers that are stored one by one, in as many bytes as each needs. */
async function* decodedChunks(
  record: TensorRecord,
  place: TensorPlace,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const { dtype, byteLength } = record;
  const size = bytesPerElement(dtype);
  const fail = (message: string): FormatError =>
    new FormatError(`${place.source.label}: tensor ${JSON.stringify(record.name)} ${message}`, {
      details: { offset: record.offset },
    });
  const chunk = new Uint8Array(CHUNK_BYTES);
  const view = new DataView(chunk.buffer);
  let filled = 0;
  let total = 0;
  for await (const value of varints(place, { options, fail })) {
    if (total === byteLength) throw fail(`has more than the ${byteLength / size} elements of its shape`);
    if (!writeElement(view, filled, { dtype, value }))
      throw fail(`is ${dtype} and has an element ${BigInt.asIntN(64, value)}`);
    filled += size;
    total += size;
    if (filled === CHUNK_BYTES) {
      yield chunk;
      filled = 0;
    }
  }
  if (total !== byteLength) throw fail(`has ${total / size} elements; its shape has ${byteLength / size}`);
  if (filled > 0) yield chunk.subarray(0, filled);
}

interface VarintOptions {
  readonly options: ReadOptions;
  readonly fail: (message: string) => FormatError;
}

async function* varints({ source, spans }: TensorPlace, { options, fail }: VarintOptions): AsyncGenerator<bigint> {
  for (const span of spans) {
    let at = span.start;
    while (at < span.end) {
      const bytes = await source.read(at, Math.min(CHUNK_BYTES, span.end - at), options);
      const isLast = at + bytes.byteLength === span.end;
      let used = 0;
      while (used < bytes.byteLength) {
        const varint = decodeVarint(bytes, used);
        if (varint === "long") throw fail("has an element of more than 64 bits");
        if (varint === "cut") {
          if (isLast || used === 0) throw fail("has an element that is cut short");
          // The rest of it is in the next chunk, which begins here.
          break;
        }
        yield varint.value;
        used += varint.length;
      }
      at += used;
    }
  }
}

/** Range of the integers in `int32_data` for a dtype: for small floats, their bits. */
const RANGES: ReadonlyMap<DType, readonly [min: bigint, max: bigint]> = new Map<DType, readonly [bigint, bigint]>([
  ["int32", [-(2n ** 31n), 2n ** 31n - 1n]],
  ["int16", [-(2n ** 15n), 2n ** 15n - 1n]],
  ["int8", [-128n, 127n]],
  ["uint16", [0n, 65_535n]],
  ["uint8", [0n, 255n]],
  ["bool", [0n, 1n]],
  ["float16", [0n, 65_535n]],
  ["bfloat16", [0n, 65_535n]],
  ["float8_e4m3fn", [0n, 255n]],
  ["float8_e5m2", [0n, 255n]],
  ["uint32", [0n, 2n ** 32n - 1n]],
]);

/** Writes an element; `false` if it is out of the dtype's range. */
function writeElement(view: DataView, at: number, { dtype, value }: { dtype: DType; value: bigint }): boolean {
  const range = RANGES.get(dtype);
  const signed = BigInt.asIntN(64, value);
  if (range !== undefined && (signed < range[0] || signed > range[1])) return false;
  const size = bytesPerElement(dtype);
  if (size === 8) view.setBigInt64(at, signed, true);
  else if (size === 4) view.setInt32(at, Number(BigInt.asIntN(32, signed)), true);
  else if (size === 2) view.setInt16(at, Number(BigInt.asIntN(16, signed)), true);
  else view.setInt8(at, Number(BigInt.asIntN(8, signed)));
  return true;
}
