import { bytesPerElement, type DType, formatShape, type Shape, UnsupportedError } from "@samoyed/core";
import { dtypeOf, unsupportedTypeName } from "./data-type.ts";
import { readEntry } from "./read-entry.ts";
import { readInteger, readIntegers, readText, requireWireType } from "./scalar.ts";
import { EXTERNAL, TENSOR } from "./schema.ts";
import type { Field, Span, Wire } from "./wire.ts";

/** Storage of a tensor's elements: one by one in a typed field, or all together as `raw`. */
export type Storage = "raw" | "float" | "double" | "int32" | "int64" | "uint64";

/** A `TensorProto` whose description has been read, but not its elements. */
export interface TensorRecord {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Bytes that the elements take as `raw`. */
  readonly byteLength: number;
  /** Ranges of the elements in this file, in order; empty for an empty tensor. */
  readonly storage: Storage;
  readonly spans: readonly Span[];
  /** Location in another file: the entries of `external_data`. */
  readonly external: ReadonlyMap<string, string> | undefined;
  /** Offset of the message, for errors. */
  readonly offset: number;
}

const STORAGES: ReadonlyMap<number, Storage> = new Map<number, Storage>([
  [TENSOR.rawData, "raw"],
  [TENSOR.floatData, "float"],
  [TENSOR.doubleData, "double"],
  [TENSOR.int32Data, "int32"],
  [TENSOR.int64Data, "int64"],
  [TENSOR.uint64Data, "uint64"],
]);

/** Typed field of a dtype's elements if they are not `raw` (`onnx.proto`, the comments in TensorProto). */
const TYPED_STORAGE: Readonly<Record<DType, Storage>> = {
  float32: "float",
  complex64: "float",
  float64: "double",
  complex128: "double",
  int64: "int64",
  uint32: "uint64",
  uint64: "uint64",
  int32: "int32",
  int16: "int32",
  int8: "int32",
  uint16: "int32",
  uint8: "int32",
  bool: "int32",
  float16: "int32",
  bfloat16: "int32",
  float8_e4m3fn: "int32",
  float8_e5m2: "int32",
  complex32: "raw",
};

/**
 * Reads the description of a `TensorProto`; `what` names it in errors until the tensor's name is known.
 *
 * @throws FormatError when its parts contradict one another, or are outside the message.
 * @throws UnsupportedError for segments and for element types that Samoyed does not have.
 */
export async function readTensorRecord(wire: Wire, span: Span, what: string): Promise<TensorRecord> {
  const parts = await readParts(wire, span, what);
  const label = parts.name === "" ? what : `tensor ${JSON.stringify(parts.name)}`;
  const dtype = requireDType(wire, span, { dataType: parts.dataType, label });
  const byteLength = requireByteLength(wire, span, { dtype, shape: parts.dims, label });
  const storage = parts.storage ?? "raw";
  if (parts.isExternal) {
    if (parts.spans.length > 0) throw wire.fail(span.start, `${label} has data both here and in an external file`);
  } else if (storage !== "raw" && storage !== TYPED_STORAGE[dtype]) {
    throw wire.fail(span.start, `${label} is ${dtype} and has ${storage}_data; expected raw_data or its own type's`);
  } else {
    requireData(wire, span, {
      label,
      byteLength,
      count: byteLength / bytesPerElement(dtype),
      storage,
      spans: parts.spans,
    });
  }
  return {
    name: parts.name,
    dtype,
    shape: parts.dims,
    byteLength,
    storage,
    spans: parts.spans.filter(({ start, end }) => end > start),
    external: parts.isExternal ? parts.external : undefined,
    offset: span.start,
  };
}

interface Parts {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly storage: Storage | undefined;
  readonly spans: readonly Span[];
  readonly external: ReadonlyMap<string, string>;
  readonly isExternal: boolean;
}

async function readParts(wire: Wire, span: Span, what: string): Promise<Parts> {
  let name = "";
  let dataType = 0;
  let isExternal = false;
  let storage: Storage | undefined;
  const dims: number[] = [];
  const spans: Span[] = [];
  const external = new Map<string, string>();
  for (const field of await wire.fields(span, what)) {
    const stored = STORAGES.get(field.number);
    if (stored !== undefined) {
      if (storage !== undefined && (storage !== stored || stored === "raw")) {
        throw wire.fail(field.start, `${what} has ${stored} data after ${storage} data; expected one of them`);
      }
      storage = stored;
      requireStorage(wire, field, { storage, what });
      spans.push({ start: field.start, end: field.end });
    } else if (field.number === TENSOR.dims) {
      dims.push(...(await readIntegers(wire, field, `a size of ${what}`)));
    } else if (field.number === TENSOR.dataType) {
      dataType = readInteger(wire, field, `the element type of ${what}`);
    } else if (field.number === TENSOR.name) {
      name = await readText(wire, field, `the name of ${what}`);
    } else if (field.number === TENSOR.externalData) {
      const [key, value] = await readEntry(wire, field, `the external data of ${what}`);
      if (external.has(key))
        throw wire.fail(field.start, `the external data of ${what} has ${JSON.stringify(key)} twice`);
      external.set(key, value);
    } else if (field.number === TENSOR.dataLocation) {
      isExternal = readInteger(wire, field, `the data location of ${what}`) === EXTERNAL;
    } else if (field.number === TENSOR.segment) {
      throw new UnsupportedError(`${wire.source.label}: ${what} is one segment of a larger tensor`);
    }
  }
  return { name, dataType, dims, storage, spans, external, isExternal };
}

/** Elements may be packed into one field or have a field each; `raw_data` is always one field. */
function requireStorage(wire: Wire, field: Field, { storage, what }: { storage: Storage; what: string }): void {
  if (field.wireType === "delimited" && storage !== "raw") return;
  const wireType =
    storage === "raw" ? "delimited" : storage === "float" ? "fixed32" : storage === "double" ? "fixed64" : "varint";
  requireWireType(wire, field, wireType, `the ${storage} data of ${what}`);
}

function requireDType(wire: Wire, span: Span, { dataType, label }: { dataType: number; label: string }): DType {
  const dtype = dtypeOf(dataType);
  if (dtype !== undefined) return dtype;
  const name = unsupportedTypeName(dataType);
  if (name === undefined)
    throw wire.fail(span.start, `${label} has element type ${dataType}, which ONNX does not have`);
  throw new UnsupportedError(`${wire.source.label}: ${label} has elements of type ${name}`, {
    details: { offset: span.start, dataType },
  });
}

function requireByteLength(
  wire: Wire,
  span: Span,
  { dtype, shape, label }: { dtype: DType; shape: Shape; label: string },
): number {
  let byteLength = bytesPerElement(dtype);
  for (const size of shape) {
    if (size < 0)
      throw wire.fail(span.start, `${label} has the shape ${formatShape(shape)}; expected sizes of 0 or more`);
    byteLength *= size;
  }
  if (!Number.isSafeInteger(byteLength)) {
    throw wire.fail(span.start, `${label} has the shape ${formatShape(shape)}, which has more than 2^53 bytes`);
  }
  return byteLength;
}

/** Checks the data's length against the shape, so that nothing larger than the file can be allocated later. */
function requireData(
  wire: Wire,
  span: Span,
  data: { label: string; byteLength: number; count: number; storage: Storage; spans: readonly Span[] },
): void {
  const { label, byteLength, count, storage } = data;
  const stored = data.spans.reduce((sum, { start, end }) => sum + end - start, 0);
  if (storage === "raw" || storage === "float" || storage === "double") {
    if (stored !== byteLength) {
      throw wire.fail(span.start, `${label} has ${stored} bytes of ${storage} data; its shape takes ${byteLength}`);
    }
  } else if (stored < count) {
    throw wire.fail(span.start, `${label} has ${stored} bytes of ${storage} data; its shape has ${count} elements`);
  }
}
