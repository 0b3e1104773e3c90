import { UnsupportedError } from "@samoyed/core";
import type { Dim, ValueInfo } from "@samoyed/ir";
import { dtypeOf, unsupportedTypeName } from "./data-type.ts";
import { readInteger, readText, requireWireType } from "./scalar.ts";
import { DIMENSION, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from "./schema.ts";
import type { Field, Span, Wire } from "./wire.ts";

/** A value as declared in a file; `shape` is `undefined` if even the rank is not given. */
export interface DeclaredValue extends Omit<ValueInfo, "shape"> {
  readonly shape: readonly Dim[] | undefined;
}

const OTHER_TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [TYPE.sequence, "a sequence"],
  [TYPE.map, "a map"],
  [TYPE.opaque, "an opaque value"],
  [TYPE.sparseTensor, "a sparse tensor"],
  [TYPE.optional, "an optional value"],
]);

/** Names that exporters write for every size they do not know: two of them are not one size. */
const NO_NAMES: ReadonlySet<string> = new Set(["?", "None"]);

/**
 * Reads a `ValueInfoProto` field. A size that has neither a number nor a name, or the number -1 or the name `?` or `None`,
 * which exporters write for an unknown size, gets a name from its value and axis.
 *
 * @throws UnsupportedError when the value is not a tensor of a type that Samoyed handles.
 */
export async function readValue(wire: Wire, field: Field, role: string): Promise<DeclaredValue> {
  requireWireType(wire, field, "delimited", role);
  let name = "";
  let type: Span | undefined;
  for (const part of await wire.fields(field, role)) {
    if (part.number === VALUE_INFO.name) name = await readText(wire, part, `the name of ${role}`);
    else if (part.number === VALUE_INFO.type) {
      requireWireType(wire, part, "delimited", `the type of ${role}`);
      type = part;
    }
  }
  if (name === "") throw wire.fail(field.start, `${role} has no name`);
  const what = `${role} ${JSON.stringify(name)}`;
  if (type === undefined) throw wire.fail(field.start, `${what} has no type`);
  return { name, ...(await readType(wire, type, { name, what })) };
}

/** Reads no more than the name of a `ValueInfoProto` field. */
export async function readValueName(wire: Wire, field: Field, role: string): Promise<{ readonly name: string }> {
  requireWireType(wire, field, "delimited", role);
  for (const part of await wire.fields(field, role)) {
    if (part.number === VALUE_INFO.name) return { name: await readText(wire, part, `the name of ${role}`) };
  }
  throw wire.fail(field.start, `${role} has no name`);
}

async function readType(
  wire: Wire,
  span: Span,
  { name, what }: { name: string; what: string },
): Promise<Omit<DeclaredValue, "name">> {
  for (const part of await wire.fields(span, `the type of ${what}`)) {
    const other = OTHER_TYPES.get(part.number);
    if (other !== undefined) {
      throw new UnsupportedError(`${wire.source.label}: ${what} is ${other}; only tensors are handled`);
    }
    if (part.number === TYPE.tensor) {
      requireWireType(wire, part, "delimited", `the type of ${what}`);
      return readTensorType(wire, part, { name, what });
    }
  }
  throw wire.fail(span.start, `${what} has an empty type`);
}

async function readTensorType(
  wire: Wire,
  span: Span,
  { name, what }: { name: string; what: string },
): Promise<Omit<DeclaredValue, "name">> {
  let elemType = 0;
  let shape: Dim[] | undefined;
  for (const part of await wire.fields(span, `the type of ${what}`)) {
    if (part.number === TENSOR_TYPE.elemType) {
      elemType = readInteger(wire, part, `the element type of ${what}`);
    } else if (part.number === TENSOR_TYPE.shape) {
      requireWireType(wire, part, "delimited", `the shape of ${what}`);
      shape = [];
      for (const dim of await wire.fields(part, `the shape of ${what}`)) {
        if (dim.number === SHAPE.dim)
          shape.push(await readDim(wire, dim, { what, unnamed: `${name}.${shape.length}` }));
      }
    }
  }
  const dtype = dtypeOf(elemType);
  if (dtype !== undefined) return { dtype, shape };
  const typeName = unsupportedTypeName(elemType);
  if (typeName === undefined)
    throw wire.fail(span.start, `${what} has element type ${elemType}, which ONNX does not have`);
  throw new UnsupportedError(`${wire.source.label}: ${what} has elements of type ${typeName}`);
}

async function readDim(wire: Wire, field: Field, { what, unnamed }: { what: string; unnamed: string }): Promise<Dim> {
  requireWireType(wire, field, "delimited", `a size of ${what}`);
  let dim: Dim = "";
  for (const part of await wire.fields(field, `a size of ${what}`)) {
    if (part.number === DIMENSION.value) {
      const size = readInteger(wire, part, `a size of ${what}`);
      dim = size === -1 ? "" : size;
      if (size < -1) throw wire.fail(part.start, `${what} has the size ${size}; expected 0 or more, -1 or a name`);
    } else if (part.number === DIMENSION.param) {
      dim = await readText(wire, part, `a symbolic size of ${what}`);
    }
  }
  return dim === "" || NO_NAMES.has(`${dim}`) ? unnamed : dim;
}
