import { bytesPerElement, type DType } from "./dtype.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import { quote } from "../text/quote.ts";
import type { ByteSource, ReadOptions } from "../io/source.ts";
import { describeJson, jsonCount, type JsonValue } from "../json/json-value.ts";
import { parseStrictJson } from "../json/strict-json.ts";
import { DTYPES } from "./safetensors-dtypes.ts";
import { splitSafetensorsJson } from "./safetensors-json.ts";

/** The format's own limit (safetensors 0.6, `src/tensor.rs`, `MAX_HEADER_SIZE`). */
export const MAX_SAFETENSORS_HEADER_BYTES = 100_000_000;

/** Size in bytes of the header's length, which precedes the header. */
export const SAFETENSORS_LENGTH_BYTES = 8;

/** A tensor's entry in the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the beginning of the data, which follows the header. */
  readonly begin: number;
  readonly end: number;
}

/** The parsed header of a safetensors file. */
export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the header's order; sorted by offset they follow one another without gaps. */
  readonly entries: readonly SafetensorsEntry[];
  /** Offset of the data in the file, and the total size of the tensors, in bytes. */
  readonly dataOffset: number;
  readonly dataBytes: number;
}

/**
 * Reads a safetensors file's header, and checks that the tensors fill the rest of the file exactly. The source is read
 * twice: its first 8 bytes, then the header.
 *
 * @throws FormatError for a header or offsets that the format does not allow.
 * @throws UnsupportedError for an unsupported dtype.
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  { maxHeaderBytes, ...options }: ReadOptions & { readonly maxHeaderBytes?: number } = {},
): Promise<SafetensorsHeader> {
  const { label, byteLength } = source;
  const start = await source.read(0, Math.min(SAFETENSORS_LENGTH_BYTES, byteLength), options);
  const length = safetensorsHeaderLength(start, { label, ...(maxHeaderBytes && { most: maxHeaderBytes }) });
  const left = byteLength - SAFETENSORS_LENGTH_BYTES;
  if (length > left) {
    throw new FormatError(`${label}: a safetensors header of ${length} bytes; ${left} are left in the file`, {
      hint: "The file was cut short; fetch it again.",
    });
  }
  const header = parseSafetensorsHeader(await source.read(SAFETENSORS_LENGTH_BYTES, length, options), label);
  requireDataBytes(header, { dataBytes: left - length, label });
  return header;
}

/**
 * The header's length, from the file's first 8 bytes.
 *
 * @throws FormatError when it is a length that the format does not allow, or there are fewer than 8 bytes.
 */
export function safetensorsHeaderLength(
  bytes: Uint8Array,
  { label, most = MAX_SAFETENSORS_HEADER_BYTES }: { readonly label: string; readonly most?: number },
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength < SAFETENSORS_LENGTH_BYTES ? 0 : Number(view.getBigUint64(0, true));
  if (length === 0 || length > most) {
    const got = Number.isSafeInteger(length) ? length : "more than 2^53";
    throw new FormatError(`${label}: a safetensors header of ${got} bytes; expected 1 to ${most}`);
  }
  return length;
}

/**
 * Parses a header: the JSON without its length. The caller checks that the file has as many bytes as it says:
 * see `requireDataBytes`.
 *
 * @throws FormatError for a header or offsets that the format does not allow.
 * @throws UnsupportedError for an unsupported dtype.
 */
export function parseSafetensorsHeader(json: Uint8Array, label: string): SafetensorsHeader {
  const { metadata, tensors } = splitSafetensorsJson(parseStrictJson(json, `${label}: the safetensors header`), label);
  const entries = Array.from(tensors, ([name, value]) => readEntry(name, value, `${label}: tensor ${quote(name)}`));
  return {
    metadata,
    entries,
    dataOffset: SAFETENSORS_LENGTH_BYTES + json.byteLength,
    dataBytes: requireContiguous(entries, label),
  };
}

/**
 * Checks that the data that follows a header has the size that the header says.
 *
 * @throws FormatError when it does not.
 */
export function requireDataBytes(
  header: Pick<SafetensorsHeader, "dataBytes">,
  { dataBytes, label }: { readonly dataBytes: number; readonly label: string },
): void {
  if (header.dataBytes === dataBytes) return;
  throw new FormatError(
    `${label}: the tensors take ${header.dataBytes} bytes; the file has ${dataBytes} after its header`,
    {
      hint:
        header.dataBytes > dataBytes
          ? "The file was cut short; fetch it again."
          : "The file is damaged; fetch it again.",
    },
  );
}

function readEntry(name: string, value: JsonValue, label: string): SafetensorsEntry {
  if (!(value instanceof Map)) {
    throw new FormatError(`${label} is ${describeJson(value)}; expected an object`);
  }
  const dtypeName = value.get("dtype");
  if (typeof dtypeName !== "string") {
    throw new FormatError(`${label}: "dtype" is ${describeJson(dtypeName)}; expected a string`);
  }
  const dtype = DTYPES.get(dtypeName);
  if (dtype === undefined) {
    throw new UnsupportedError(`${label}: the dtype ${quote(dtypeName)} is not supported`);
  }
  const shape = readCounts(value.get("shape"), `${label}: "shape"`);
  const offsets = readCounts(value.get("data_offsets"), `${label}: "data_offsets"`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw new FormatError(`${label}: "data_offsets" is [${offsets.join(", ")}]; expected a start and an end`);
  }
  const bytes = shape.reduce((product, size) => product * size, 1) * bytesPerElement(dtype);
  if (!Number.isSafeInteger(bytes)) {
    throw new FormatError(`${label}: the shape [${shape.join(", ")}] has more than 2^53 bytes`);
  }
  if (end - begin !== bytes) {
    throw new FormatError(
      `${label}: "data_offsets" spans ${end - begin} bytes; ${dtype} of shape [${shape.join(", ")}] takes ${bytes}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function readCounts(value: JsonValue | undefined, label: string): number[] {
  if (!Array.isArray(value)) {
    throw new FormatError(`${label} is ${describeJson(value)}; expected an array`);
  }
  return value.map((item) => jsonCount(item, label));
}

/** Sorted by offset, tensors must follow one another from 0 on. Returns the end of the last one. */
function requireContiguous(entries: readonly SafetensorsEntry[], label: string): number {
  let position = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      const problem = begin < position ? "overlaps the one before it" : "leaves a gap before it";
      throw new FormatError(
        `${label}: tensor ${quote(name)} begins at byte ${begin} of the data and ${problem}, which ends at ${position}`,
      );
    }
    position = end;
  }
  return position;
}
