import { asciiBytes, hasBytesAt } from "../io/byte-signature.ts";
import type { DType } from "./dtype.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import type { Shape } from "./shape.ts";

/** The parsed header of a `.npy` file. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly fortranOrder: boolean;
  readonly bigEndian: boolean;
  /** Bytes that are swapped together in a big-endian file; half an element for complex dtypes. */
  readonly swapWidth: number;
  /** Offset of the data, in bytes. */
  readonly dataOffset: number;
}

/** The first bytes of every `.npy` file; the format's version follows. */
export const NPY_MAGIC: readonly number[] = [0x93, ...asciiBytes("NUMPY")];

/** NumPy itself refuses longer headers (numpy/lib/format.py, _MAX_HEADER_SIZE). */
const MAX_HEADER_BYTES = 10_000;

/** NumPy 2's limit on axes. */
const MAX_RANK = 64;

/** NumPy's names of the numbers (`numpy.dtype.str` without byte order). Others are texts, dates and objects. */
export const NUMPY_DTYPES: ReadonlyMap<string, DType> = new Map([
  ["f8", "float64"],
  ["f4", "float32"],
  ["f2", "float16"],
  ["i8", "int64"],
  ["i4", "int32"],
  ["i2", "int16"],
  ["i1", "int8"],
  ["u8", "uint64"],
  ["u4", "uint32"],
  ["u2", "uint16"],
  ["u1", "uint8"],
  ["b1", "bool"],
  ["c16", "complex128"],
  ["c8", "complex64"],
] satisfies [string, DType][]);

/**
 * The header is a Python dictionary literal. NumPy writes its keys in alphabetical order, and readers accept any.
 * `L` after a number comes from Python 2.
 */
const ENTRY =
  /^\s*(?:'(\w+)'|"(\w+)")\s*:\s*(?:(True|False)|'([^'\\]*)'|"([^"\\]*)"|\(([\dL,\s]*)\)|(\[.*))\s*(?:,|(?=\}))/su;

/** Parses the header of a `.npy` file; see `parseNpy` for its errors. */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (!hasBytesAt(bytes, NPY_MAGIC)) {
    throw new FormatError("npy: does not begin with the bytes \\x93NUMPY", {
      hint: "Write the file with numpy.save; .npz archives are not supported.",
    });
  }
  const { length, start } = headerExtent(bytes);
  const text = new TextDecoder("utf-8").decode(bytes.subarray(start, start + length));
  const entries = parseDictionary(text);
  return {
    ...parseDescr(entries.get("descr")),
    fortranOrder: parseBoolean(entries.get("fortran_order")),
    shape: parseShape(entries.get("shape")),
    dataOffset: start + length,
  };
}

function headerExtent(bytes: Uint8Array): { length: number; start: number } {
  const major = bytes[6];
  const minor = bytes[7];
  if (bytes.byteLength < 12) {
    throw new FormatError(`npy: ${bytes.byteLength} bytes; the header alone takes more`);
  }
  if (major === undefined || major < 1 || major > 3 || minor !== 0) {
    throw new UnsupportedError(`npy: has format version ${major}.${minor}; expected 1.0, 2.0 or 3.0`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = major === 1 ? 10 : 12;
  if (length > MAX_HEADER_BYTES || length > bytes.byteLength - start) {
    throw new FormatError(`npy: its header takes ${length} bytes; ${bytes.byteLength - start} are left`, {
      hint: "The file is damaged or was cut short; write it again.",
    });
  }
  return { length, start };
}

type Value =
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tuple"; readonly value: string }
  | { readonly kind: "list" };

function parseDictionary(text: string): Map<string, Value> {
  const body = /^\s*\{(.*)$/su.exec(text)?.[1];
  if (body === undefined) {
    throw new FormatError("npy: its header is not a dictionary");
  }
  const entries = new Map<string, Value>();
  let rest = body;
  while (!/^\s*\}\s*$/u.test(rest)) {
    const match = ENTRY.exec(rest);
    const key = match?.[1] ?? match?.[2];
    if (!match || key === undefined || entries.has(key)) {
      throw new FormatError(`npy: its header cannot be read at ${JSON.stringify(rest.slice(0, 40))}`);
    }
    const string = match[4] ?? match[5];
    if (match[3] !== undefined) {
      entries.set(key, { kind: "boolean", value: match[3] === "True" });
    } else if (string !== undefined) {
      entries.set(key, { kind: "string", value: string });
    } else if (match[6] !== undefined) {
      entries.set(key, { kind: "tuple", value: match[6] });
    } else {
      // A list of fields: a structured dtype. The rest does not matter.
      entries.set(key, { kind: "list" });
      break;
    }
    rest = rest.slice(match[0].length);
  }
  return entries;
}

function parseDescr(value: Value | undefined): Pick<NpyHeader, "dtype" | "bigEndian" | "swapWidth"> {
  if (value?.kind === "list") {
    throw new UnsupportedError("npy: contains structures; expected plain numbers");
  }
  if (value?.kind !== "string") {
    throw new FormatError("npy: its header has no 'descr'");
  }
  const match = /^([<>|=])([a-zA-Z]\d+)$/u.exec(value.value);
  const dtype = match ? NUMPY_DTYPES.get(match[2]!) : undefined;
  if (!match || dtype === undefined) {
    throw new UnsupportedError(
      `npy: contains elements of type ${JSON.stringify(value.value)}, which are not supported`,
      {
        hint: "Convert the array with .astype, for example to float32.",
      },
    );
  }
  const bytes = Number(match[2]!.slice(1));
  return { dtype, bigEndian: match[1] === ">", swapWidth: match[2]!.startsWith("c") ? bytes / 2 : bytes };
}

function parseBoolean(value: Value | undefined): boolean {
  if (value?.kind !== "boolean") {
    throw new FormatError("npy: its header has no 'fortran_order'");
  }
  return value.value;
}

function parseShape(value: Value | undefined): Shape {
  if (value?.kind !== "tuple" || !/^\s*(?:\d+L?\s*,\s*)*(?:\d+L?\s*)?$/u.test(value.value)) {
    throw new FormatError("npy: its header has no 'shape'");
  }
  const sizes = value.value.match(/\d+/gu) ?? [];
  if (sizes.length > MAX_RANK) {
    throw new FormatError(`npy: has ${sizes.length} axes; expected at most ${MAX_RANK}`);
  }
  return sizes.map(Number);
}
