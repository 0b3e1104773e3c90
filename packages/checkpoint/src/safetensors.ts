import {
  bytesPerElement,
  type ByteSource,
  contiguousStrides,
  type DType,
  FormatError,
  type LazyTensor,
  type ReadOptions,
  UnsupportedError,
} from "@samoyed/core";
import type { Checkpoint } from "./checkpoint.ts";
import { readUint64, viewOf } from "./little-endian.ts";
import { PyTensor } from "./pickle-values.ts";
import { quote } from "./quote.ts";
import { Storage } from "./storage.ts";
import { storedTensor } from "./stored-tensor.ts";
import { describeJson, jsonCount, type JsonValue, parseStrictJson } from "./strict-json.ts";

/** The format's own bound (safetensors 0.6, `src/tensor.rs`, `MAX_HEADER_SIZE`). */
export const MAX_HEADER_BYTES = 100_000_000;

/** safetensors 0.6, `src/tensor.rs`, `Dtype`; F8_E8M0, F6 and F4 are not read. */
const DTYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["BOOL", "bool"],
  ["U8", "uint8"],
  ["I8", "int8"],
  ["F8_E5M2", "float8_e5m2"],
  ["F8_E4M3", "float8_e4m3fn"],
  ["I16", "int16"],
  ["U16", "uint16"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I32", "int32"],
  ["U32", "uint32"],
  ["F32", "float32"],
  ["C64", "complex64"],
  ["F64", "float64"],
  ["I64", "int64"],
  ["U64", "uint64"],
]);

/** The names that safetensors gives to dtypes; the complex ones but complex64 have none. */
export const SAFETENSORS_DTYPES: ReadonlyMap<DType, string> = new Map(
  [...DTYPES].map(([name, dtype]) => [dtype, name]),
);

interface Described {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Opens a safetensors file: reads its header, checks that the tensors fill the rest of the file exactly.
 *
 * @throws FormatError for a header or offsets that the format does not allow.
 * @throws UnsupportedError for a dtype that is not read.
 */
export async function openSafetensors(source: ByteSource, options: ReadOptions): Promise<Checkpoint> {
  const { label } = source;
  const headerBytes = await readHeaderLength(source, options);
  const header = parseStrictJson(await source.read(8, headerBytes, options), `${label}: the safetensors header`);
  if (!(header instanceof Map)) {
    throw new FormatError(`${label}: the safetensors header is ${describeJson(header)}; expected an object`);
  }
  const metadata = readMetadata(header.get("__metadata__"), label);
  const described: Described[] = [];
  for (const [name, value] of header) {
    if (name !== "__metadata__") {
      described.push(readTensor(name, value, `${label}: tensor ${quote(name)}`));
    }
  }
  const dataOffset = 8 + headerBytes;
  checkOffsets(described, source.byteLength - dataOffset, label);
  const storage = new Storage("file", { name: "bytes", dtype: "untyped", elementBytes: 1 }, source.byteLength);
  storage.source = source;
  const tensors = new Map<string, LazyTensor>();
  for (const { name, dtype, shape, begin, end } of described) {
    const view = { storage, byteOffset: dataOffset + begin, byteLength: end - begin };
    const layout = { dtype, shape, strides: contiguousStrides(shape), offset: 0 };
    tensors.set(name, storedTensor(new PyTensor(layout, { storage: view }), name));
  }
  return {
    container: "safetensors",
    root: new Map(tensors),
    tensors,
    metadata,
    warnings: [],
    close: async () => source.close?.(),
  };
}

async function readHeaderLength(source: ByteSource, options: ReadOptions): Promise<number> {
  const { label } = source;
  const length = source.byteLength < 8 ? 0 : readUint64(viewOf(await source.read(0, 8, options)), 0);
  if (length === 0 || length === undefined || length > MAX_HEADER_BYTES) {
    throw new FormatError(
      `${label}: a safetensors header of ${length ?? "more than 2^53"} bytes; expected 1 to ${MAX_HEADER_BYTES}`,
    );
  }
  if (length > source.byteLength - 8) {
    throw new FormatError(
      `${label}: a safetensors header of ${length} bytes; ${source.byteLength - 8} are left in the file`,
      { hint: "The file was cut short; fetch it again." },
    );
  }
  return length;
}

function readMetadata(value: JsonValue | undefined, label: string): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) {
    return metadata;
  }
  if (!(value instanceof Map)) {
    throw new FormatError(`${label}: "__metadata__" is ${describeJson(value)}; expected an object of strings`);
  }
  for (const [key, text] of value) {
    if (typeof text !== "string") {
      throw new FormatError(
        `${label}: "__metadata__" holds ${describeJson(text)} under ${quote(key)}; expected a string`,
      );
    }
    metadata.set(key, text);
  }
  return metadata;
}

function readTensor(name: string, value: JsonValue, what: string): Described {
  if (!(value instanceof Map)) {
    throw new FormatError(`${what} is ${describeJson(value)}; expected an object`);
  }
  const dtypeName = value.get("dtype");
  if (typeof dtypeName !== "string") {
    throw new FormatError(`${what}: "dtype" is ${describeJson(dtypeName)}; expected a string`);
  }
  const dtype = DTYPES.get(dtypeName);
  if (dtype === undefined) {
    throw new UnsupportedError(`${what}: the dtype ${quote(dtypeName)} is not read`);
  }
  const shape = readCounts(value.get("shape"), `${what}: "shape"`);
  const offsets = readCounts(value.get("data_offsets"), `${what}: "data_offsets"`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw new FormatError(`${what}: "data_offsets" is [${offsets.join(", ")}]; expected a begin and an end`);
  }
  const bytes = shape.reduce((product, size) => product * size, 1) * bytesPerElement(dtype);
  if (!Number.isSafeInteger(bytes)) {
    throw new FormatError(`${what}: the shape [${shape.join(", ")}] has more than 2^53 bytes`);
  }
  if (end - begin !== bytes) {
    throw new FormatError(
      `${what}: "data_offsets" holds ${end - begin} bytes; ${dtype} of shape [${shape.join(", ")}] takes ${bytes}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function readCounts(value: JsonValue | undefined, what: string): number[] {
  if (!Array.isArray(value)) {
    throw new FormatError(`${what} is ${describeJson(value)}; expected an array`);
  }
  return value.map((item) => jsonCount(item, what));
}

/** Sorted by offset, tensors must follow one another from 0 to the end of the file. */
function checkOffsets(described: readonly Described[], dataBytes: number, label: string): void {
  let position = 0;
  for (const { name, begin, end } of described.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      const problem = begin < position ? "overlaps the one before it" : "leaves a hole before it";
      throw new FormatError(
        `${label}: tensor ${quote(name)} begins at byte ${begin} of the data and ${problem}, which ends at ${position}`,
      );
    }
    position = end;
  }
  if (position !== dataBytes) {
    throw new FormatError(`${label}: the tensors take ${position} bytes; the file has ${dataBytes} after its header`, {
      hint: position > dataBytes ? "The file was cut short; fetch it again." : "The file is damaged; fetch it again.",
    });
  }
}
