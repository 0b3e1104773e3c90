import { type ByteSource, FormatError, type ReadOptions, refuseSubstitute, SUBSTITUTE_HEAD_BYTES } from "@samoyed/core";

// ModelProto and StringStringEntryProto of ONNX 1.17's onnx.proto3.
const GRAPH = 7;
const METADATA_PROPS = 14;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

/** Limit on fields: a model has about ten top-level fields plus one per metadata entry; each costs a read. */
const MAX_FIELDS = 10_000;
/** Limit on all entries together. The contract of a network with 21,000 labels takes under 1 MiB. */
const MAX_METADATA_BYTES = 64 << 20;
const FETCH_AGAIN = "The file was cut short; fetch it again.";
/** A tag and a length, at most ten bytes each. */
const MAX_HEADER_BYTES = 20;

interface Field {
  readonly number: number;
  /** Range of the payload. Meaningful for length-delimited fields; others are only skipped. */
  readonly start: number;
  readonly end: number;
  readonly wire: number;
}

/**
 * Reads the `metadata_props` of an ONNX model without reading its graph: top-level fields are skipped by length,
 * so a model of any size costs a few small reads.
 *
 * Matches ONNX's onnx.proto3 and its checker, which refuses duplicate keys.
 *
 * @throws FormatError when the bytes are not an ONNX model: a field that exceeds the file, an unknown wire type, no
 *   graph, text that is not UTF-8, a duplicate key, or more metadata than any model has.
 */
export async function readOnnxMetadata(
  source: ByteSource,
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const { byteLength, label } = source;
  if (byteLength === 0)
    throw new FormatError(`${label}: the file is empty; expected an ONNX model`, { hint: FETCH_AGAIN });
  try {
    return await readFields(source, options);
  } catch (error) {
    if (error instanceof FormatError) {
      const head = await source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, byteLength), options);
      refuseSubstitute(head, { label, expected: "an ONNX model" });
    }
    throw error;
  }
}

async function readFields(source: ByteSource, options: ReadOptions): Promise<ReadonlyMap<string, string>> {
  const metadata = new Map<string, string>();
  let graphs = 0;
  let metadataBytes = 0;
  let fields = 0;
  for (let offset = 0; offset < source.byteLength;) {
    if (++fields > MAX_FIELDS) throw broken(source, offset, `more than ${MAX_FIELDS} top-level fields`);
    const header = await source.read(offset, Math.min(MAX_HEADER_BYTES, source.byteLength - offset), options);
    const field = parseField(header, { at: 0, base: offset, source });
    if (field.number === GRAPH && field.wire === 2) graphs++;
    if (field.number === METADATA_PROPS && field.wire === 2) {
      metadataBytes += field.end - field.start;
      if (metadataBytes > MAX_METADATA_BYTES)
        throw broken(source, offset, `over ${MAX_METADATA_BYTES} bytes of metadata`);
      const bytes = await source.read(field.start, field.end - field.start, options);
      const { key, value } = parseEntry(bytes, { base: field.start, source });
      if (metadata.has(key)) throw broken(source, offset, `the metadata key ${JSON.stringify(key)} twice`);
      metadata.set(key, value);
    }
    offset = field.end;
  }
  if (graphs === 0) throw broken(source, source.byteLength, "no graph (field 7)");
  return metadata;
}

function parseEntry(
  bytes: Uint8Array,
  options: { readonly base: number; readonly source: ByteSource },
): { key: string; value: string } {
  const { base, source } = options;
  let key = "";
  let value = "";
  for (let at = 0; at < bytes.length;) {
    const field = parseField(bytes, { at, base: base + at, source, limit: base + bytes.length });
    if (field.wire === 2 && (field.number === ENTRY_KEY || field.number === ENTRY_VALUE)) {
      let text: string;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(field.start - base, field.end - base));
      } catch (cause) {
        throw broken(source, field.start, "text that is not UTF-8", cause);
      }
      if (field.number === ENTRY_KEY) key = text;
      else value = text;
    }
    at = field.end - base;
  }
  return { key, value };
}

/** Reads the header at `bytes[at]`, which is at `base` in the source; the payload may be beyond `bytes`. */
function parseField(
  bytes: Uint8Array,
  options: { readonly at: number; readonly base: number; readonly source: ByteSource; readonly limit?: number },
): Field {
  const { at, base, source, limit = source.byteLength } = options;
  const tag = parseVarint(bytes, at);
  const number = tag ? Math.floor(tag.value / 8) : 0;
  if (!tag || number < 1 || number >= 2 ** 29) throw broken(source, base, "no field tag");
  const wire = tag.value % 8;
  let start = base + tag.next - at;
  let length = 0;
  if (wire === 1) length = 8;
  else if (wire === 5) length = 4;
  else if (wire === 0 || wire === 2) {
    const varint = parseVarint(bytes, tag.next);
    if (!varint) throw broken(source, start, "no varint");
    start = base + varint.next - at;
    length = wire === 2 ? varint.value : 0;
  } else throw broken(source, base, `wire type ${wire}`);
  if (length > limit - start) {
    const got = `field ${number} with ${length} bytes, ${limit - start} are left`;
    // What a download that stopped halfway looks like: the graph begins, and the file ends in it.
    if (number === GRAPH && limit === source.byteLength) throw cutShort(source, { offset: base, got });
    throw broken(source, base, got);
  }
  return { number, wire, start, end: start + length };
}

/** Reads a varint and returns the index after it; `undefined` if it is cut off, or longer than ten bytes. Inexact above 2^53. */
function parseVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10 && at + index < bytes.length; index++) {
    const byte = bytes[at + index]!;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

function cutShort(source: ByteSource, { offset, got }: { readonly offset: number; readonly got: string }): FormatError {
  return new FormatError(`${source.label}: ends in the middle of the ONNX model: got ${got} at byte ${offset}`, {
    hint: FETCH_AGAIN,
    details: { offset },
  });
}

function broken(source: ByteSource, offset: number, got: string, cause?: unknown): FormatError {
  return new FormatError(`${source.label}: not an ONNX model: got ${got} at byte ${offset}`, {
    hint: "Give a .onnx file; samoyed convert makes one from a checkpoint.",
    details: { offset },
    ...(cause === undefined ? {} : { cause }),
  });
}
