import { bytesPerElement, type DType, elementCount, FormatError, memorySource, NUMPY_DTYPES } from "@samoyed/core";
import { viewOf } from "../little-endian.ts";
import { findStorageType, Storage, wholeStorage } from "../tensor/storage.ts";
import { checkLayout, readSizes } from "../tensor/strided-layout.ts";
import type { PlainValue } from "./plain-values.ts";
import {
  describeValue,
  PyArray,
  PyFloat,
  PyGlobal,
  PyRecord,
  PyTensor,
  PyTuple,
  type PyValue,
  type Where,
} from "./values.ts";

/** A text of more characters than this is described, not decoded: a pickle may repeat it. */
const MAX_TEXT = 1024;
const UTF32_BYTES = 4;

interface ArrayType {
  /** NumPy's code: `f4`, `U5`. */
  readonly code: string;
  readonly bigEndian: boolean;
}

/** Reads `numpy.dtype("f4", False, True)` with the state `(3, "<", None, …)`; `undefined` for structured types. */
function readType(value: PyValue | undefined): ArrayType | undefined {
  if (!(value instanceof PyRecord) || value.global.key !== "numpy dtype") return undefined;
  const [code] = value.args;
  const state = value.state instanceof PyTuple ? value.state.items : [];
  const isStructured = state.slice(2, 5).some((part) => part !== null);
  if (typeof code !== "string" || isStructured) return undefined;
  return { code, bigEndian: state[1] === ">" };
}

/** A tensor over the bytes of an array; `undefined` if its elements are not numbers. */
function makeTensor(
  bytes: Uint8Array,
  { type, size, isFortran }: { type: ArrayType | undefined; size: PyValue | undefined; isFortran: boolean },
  where: Where,
): PyTensor | undefined {
  const dtype = NUMPY_DTYPES.get(type?.code ?? "");
  if (dtype === undefined) return undefined;
  const shape = readSizes(size, "shape", where);
  const strides = stridesOf(shape, isFortran);
  const layout = { dtype, shape, strides, offset: 0 };
  checkLayout(layout, bytes.byteLength, where);
  if (elementCount(shape) * bytesPerElement(dtype) !== bytes.byteLength) {
    throw new FormatError(`${where()}: a NumPy array of ${dtype} [${shape.join(", ")}] in ${bytes.byteLength} bytes`);
  }
  const storage = new Storage("", findStorageType("torch.storage UntypedStorage")!, bytes.byteLength);
  storage.source = memorySource(bytes, "a NumPy array");
  storage.bigEndian = type!.bigEndian;
  return new PyTensor(layout, { storage: wholeStorage(storage) });
}

function stridesOf(shape: readonly number[], isFortran: boolean): readonly number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let index = 0; index < shape.length; index++) {
    const axis = isFortran ? index : shape.length - 1 - index;
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** `_reconstruct(ndarray, (0,), b"b")`: an empty array, or one of a subclass. */
const reconstruct: PlainValue = (args) =>
  args[0] instanceof PyGlobal ? new PyArray(new PyRecord(args[0], args)) : undefined;

/** Encodes texts as UTF-8, each once: a pickle may repeat one of 100 MB. */
export function textEncoder(): (text: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  return (text) => {
    const bytes = known.get(text) ?? encoder.encode(text);
    known.set(text, bytes);
    return bytes;
  };
}

/**
 * BUILD on an array: `(version, shape, dtype, is Fortran, bytes)`; the version is absent before NumPy 1.0.
 *
 * @param options.encode what `textEncoder` returns.
 */
export function buildArray(
  array: PyArray,
  state: PyValue,
  { where, encode }: { readonly where: Where; readonly encode: (text: string) => Uint8Array },
): void {
  const items = state instanceof PyTuple ? state.items : [];
  const [size, dtype, order, content] = items.length === 5 ? items.slice(1) : items;
  const isFortran = order === true || order === 1;
  // Python 2 writes bytes as a string, which was read as UTF-8 if it can be.
  const bytes = typeof content === "string" ? encode(content) : content;
  if (bytes instanceof Uint8Array) {
    array.tensor = makeTensor(bytes, { type: readType(dtype), size, isFortran }, where);
  }
  array.record.state = state;
}

/** `_frombuffer(bytes, dtype, shape, order)`, of protocol 5. */
const fromBuffer: PlainValue = ([bytes, dtype, size, order], where) =>
  bytes instanceof Uint8Array
    ? makeTensor(bytes, { type: readType(dtype), size, isFortran: order === "F" }, where)
    : undefined;

/** `scalar(dtype, bytes)`: a number, a boolean or a short text. */
const scalar: PlainValue = ([dtype, bytes]) => {
  const type = readType(dtype);
  if (type === undefined || !(bytes instanceof Uint8Array)) return undefined;
  const littleEndian = !type.bigEndian;
  if (type.code.startsWith("U")) return decodeText(bytes, littleEndian);
  const kind = NUMPY_DTYPES.get(type.code);
  if (kind === undefined || bytesPerElement(kind) !== bytes.byteLength) return undefined;
  return readNumber(viewOf(bytes), kind, littleEndian);
};

function readNumber(view: DataView, dtype: DType, littleEndian: boolean): PyValue | undefined {
  switch (dtype) {
    case "bool":
      return view.getUint8(0) !== 0;
    case "float64":
      return new PyFloat(view.getFloat64(0, littleEndian));
    case "float32":
      return new PyFloat(view.getFloat32(0, littleEndian));
    case "int64":
      return integer(view.getBigInt64(0, littleEndian));
    case "uint64":
      return integer(view.getBigUint64(0, littleEndian));
    case "int32":
      return view.getInt32(0, littleEndian);
    case "uint32":
      return view.getUint32(0, littleEndian);
    case "int16":
      return view.getInt16(0, littleEndian);
    case "uint16":
      return view.getUint16(0, littleEndian);
    case "int8":
      return view.getInt8(0);
    case "uint8":
      return view.getUint8(0);
    default:
      return undefined;
  }
}

function integer(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decodeText(bytes: Uint8Array, littleEndian: boolean): string | undefined {
  if (bytes.byteLength > MAX_TEXT * UTF32_BYTES || bytes.byteLength % UTF32_BYTES !== 0) return undefined;
  const view = viewOf(bytes);
  const codes = Array.from({ length: bytes.byteLength / UTF32_BYTES }, (_, index) =>
    view.getUint32(index * UTF32_BYTES, littleEndian),
  );
  if (codes.some((code) => code > 0x10ffff)) return undefined;
  return String.fromCodePoint(...codes).replace(/\0+$/, "");
}

/**
 * `_rebuild_device_tensor_from_numpy(array, dtype, device, requires grad)` and its forerunner for XLA: how tensors of
 * TPUs are saved. The dtype is the array's, except that bfloat16 was stored as float32.
 */
export function rebuildFromNumpy(args: readonly PyValue[], where: Where): PyValue {
  const [array] = args;
  const tensor = array instanceof PyArray ? array.tensor : array;
  if (tensor instanceof PyTensor) return tensor;
  throw new FormatError(`${where()}: a tensor made of ${describeValue(array)}; expected an array of numbers`);
}

/** NumPy's calls, by module and name; `numpy.core` became `numpy._core` in 2.0. */
export const NUMPY: ReadonlyMap<string, PlainValue> = new Map<string, PlainValue>(
  ["numpy.core", "numpy._core"].flatMap((module): [string, PlainValue][] => [
    [`${module}.multiarray _reconstruct`, reconstruct],
    [`${module}.multiarray scalar`, scalar],
    [`${module}.numeric _frombuffer`, fromBuffer],
  ]),
);
