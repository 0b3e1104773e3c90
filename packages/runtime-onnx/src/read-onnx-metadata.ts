import type { ByteSource, ReadOptions } from "@samoyed/core";
import { broken, MAX_HEADER_BYTES, parseField } from "./fields.ts";

// ModelProto and StringStringEntryProto of ONNX 1.17's onnx.proto3.
const GRAPH = 7;
const METADATA_PROPS = 14;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

/** Limit on fields: a model has about ten top-level fields plus one per metadata entry; each costs a read. */
const MAX_FIELDS = 10_000;
/** Limit on all entries together. The contract of a network with 21,000 labels takes under 1 MiB. */
const MAX_METADATA_BYTES = 64 << 20;

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
