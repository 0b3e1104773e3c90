import { SCALAR_TYPES } from "@samoyed/checkpoint";
import { FormatError, type JsonValue, quote, UnsupportedError } from "@samoyed/core";
import { asArray, asBoolean, asFloat, asInteger, asObject, asString, asUnion } from "./fields.ts";
import type { Argument, ProgramGraph } from "./program.ts";
import type { Size } from "./size.ts";

/** Parts of the surrounding graph that an argument's reader needs. */
export interface ArgumentScope {
  /** The size that a name refers to. */
  size(name: string, where: string): Size;
  /** Reads a graph inside the graph. */
  graph(value: JsonValue | undefined, where: string): ProgramGraph;
}

type Reader = (value: JsonValue, where: string, scope: ArgumentScope) => Argument;

function nameOf(value: JsonValue | undefined, where: string): string {
  return asString(asObject(value, where).get("name"), `${where}: "name"`);
}

/** A symbolic integer: its name, or a number. */
function readSymInt(value: JsonValue, where: string, scope: ArgumentScope): Argument {
  const [kind, inner] = asUnion(value, where);
  if (kind === "as_int") return { kind: "size", size: asInteger(inner, where) };
  if (kind !== "as_name") throw new FormatError(`${where} has the kind ${quote(kind)}; expected as_name or as_int`);
  const name = asString(inner, where);
  return { kind: "size", size: scope.size(name, where), name };
}

function readSizes(value: JsonValue, where: string, scope: ArgumentScope): Argument {
  const sizes = asArray(value, where).map((item) => {
    const argument = readSymInt(item, where, scope);
    return argument.kind === "size" ? argument.size : 0;
  });
  return { kind: "sizes", sizes };
}

function readSymbol(literal: string, read: (value: JsonValue, where: string) => Argument): Reader {
  return (value, where) => {
    const [kind, inner] = asUnion(value, where);
    if (kind === literal) return read(inner, where);
    if (kind !== "as_name")
      throw new FormatError(`${where} has the kind ${quote(kind)}; expected as_name or ${literal}`);
    return { kind: "symbol", name: asString(inner, where) };
  };
}

function readOptionalTensors(value: JsonValue, where: string): Argument {
  const names = asArray(value, where).map((item) => {
    const [kind, inner] = asUnion(item, where);
    return kind === "as_none" ? undefined : nameOf(inner, where);
  });
  return { kind: "tensors", names };
}

function readDType(value: JsonValue, where: string): Argument {
  const code = asInteger(value, where);
  const dtype = SCALAR_TYPES.get(code);
  if (dtype === undefined) throw new UnsupportedError(`${where}: dtype code ${code} is not handled`);
  return { kind: "dtype", dtype };
}

function list<T>(value: JsonValue, where: string, read: (item: JsonValue, where: string) => T): readonly T[] {
  return asArray(value, where).map((item) => read(item, where));
}

const ignored =
  (of: string): Reader =>
  () => ({ kind: "ignored", of });

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["as_none", () => ({ kind: "none" })],
  ["as_tensor", (value, where) => ({ kind: "tensor", name: nameOf(value, where) })],
  ["as_tensors", (value, where) => ({ kind: "tensors", names: list(value, where, nameOf) })],
  ["as_optional_tensor", (value, where, scope) => readArgument(value, where, scope)],
  ["as_optional_tensors", readOptionalTensors],
  ["as_int", (value, where) => ({ kind: "size", size: asInteger(value, where) })],
  ["as_ints", (value, where) => ({ kind: "sizes", sizes: list(value, where, asInteger) })],
  ["as_sym_int", readSymInt],
  ["as_sym_ints", readSizes],
  ["as_float", (value, where) => ({ kind: "float", value: asFloat(value, where) })],
  ["as_floats", (value, where) => ({ kind: "floats", values: list(value, where, asFloat) })],
  ["as_sym_float", readSymbol("as_float", (value, where) => ({ kind: "float", value: asFloat(value, where) }))],
  ["as_bool", (value, where) => ({ kind: "bool", value: asBoolean(value, where) })],
  ["as_bools", (value, where) => ({ kind: "bools", values: list(value, where, asBoolean) })],
  ["as_sym_bool", readSymbol("as_bool", (value, where) => ({ kind: "bool", value: asBoolean(value, where) }))],
  ["as_string", (value, where) => ({ kind: "string", value: asString(value, where) })],
  ["as_strings", (value, where) => ({ kind: "strings", values: list(value, where, asString) })],
  ["as_scalar_type", readDType],
  ["as_memory_format", (value, where) => ({ kind: "memory format", code: asInteger(value, where) })],
  ["as_device", ignored("a device")],
  ["as_layout", ignored("a layout")],
  ["as_custom_obj", ignored("an object of a custom class")],
  ["as_complex", ignored("a complex number")],
  ["as_operator", ignored("an operator")],
  ["as_sym_bools", ignored("a list of symbolic booleans")],
  ["as_sym_floats", ignored("a list of symbolic numbers")],
  [
    "as_graph",
    (value, where, scope) => ({
      kind: "graph",
      name: nameOf(value, where),
      graph: scope.graph(asObject(value, where).get("graph"), where),
    }),
  ],
]);

/**
 * Reads an argument: an object with one key, which tells its kind.
 *
 * @throws FormatError when the value does not fit its kind; UnsupportedError for a kind that is not known.
 */
export function readArgument(value: JsonValue | undefined, where: string, scope: ArgumentScope): Argument {
  const [kind, inner] = asUnion(value, where);
  const reader = READERS.get(kind);
  if (reader === undefined) {
    throw new UnsupportedError(`${where} has the kind ${quote(kind)}, which is not handled`, {
      hint: "The file may be of a later PyTorch than those that are known (2.5 to 2.13).",
    });
  }
  return reader(inner, where, scope);
}
