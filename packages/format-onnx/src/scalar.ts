import { UnsupportedError } from "@samoyed/core";
import { decodeVarint } from "./varint.ts";
import type { Field, Wire, WireType } from "./wire.ts";

/** Limit on a single string: the names of a million classes are one JSON document in the metadata. */
export const MAX_TEXT_BYTES = 67_108_864;

// Field values of protobuf's types; `what` names the field in errors.

/**
 * Requires a field to have the wire type of its type.
 *
 * @throws FormatError when it has another one.
 */
export function requireWireType(wire: Wire, field: Field, wireType: WireType, what: string): void {
  if (field.wireType !== wireType) {
    throw wire.fail(field.start, `${what} is stored as ${field.wireType}; expected ${wireType}`);
  }
}

/**
 * Reads an `int32`, `int64` or enum.
 *
 * @throws UnsupportedError when a double cannot represent it exactly.
 */
export function readInteger(wire: Wire, field: Field, what: string): number {
  return exactNumber(wire, readInt64(wire, field, what), what);
}

/** Reads an `int64`. */
export function readInt64(wire: Wire, field: Field, what: string): bigint {
  requireWireType(wire, field, "varint", what);
  return BigInt.asIntN(64, field.value);
}

/** Reads one field of a repeated `int64`: one number, or many if they are packed. */
export async function readInt64s(wire: Wire, field: Field, what: string): Promise<bigint[]> {
  if (field.wireType === "varint") return [readInt64(wire, field, what)];
  requireWireType(wire, field, "delimited", what);
  // An integer takes at least one byte: the bytes bound the count before it is known.
  wire.charge(field.end - field.start);
  const bytes = await wire.bytes(field);
  const values: bigint[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const varint = decodeVarint(bytes, at);
    if (varint === "cut") throw wire.fail(field.start + at, `${what} is cut short by its end`);
    if (varint === "long") throw wire.fail(field.start + at, `${what} has a varint of more than 64 bits`);
    values.push(BigInt.asIntN(64, varint.value));
    at += varint.length;
  }
  return values;
}

/**
 * Reads one field of a repeated integer as numbers: one, or many if they are packed.
 *
 * @throws UnsupportedError when a double cannot represent one exactly.
 */
export async function readIntegers(wire: Wire, field: Field, what: string): Promise<number[]> {
  return (await readInt64s(wire, field, what)).map((value) => exactNumber(wire, value, what));
}

/** Reads one field of a repeated `float`: one number, or many if they are packed. */
export async function readFloats(wire: Wire, field: Field, what: string): Promise<number[]> {
  if (field.wireType !== "fixed32") requireWireType(wire, field, "delimited", what);
  const byteLength = field.end - field.start;
  if (byteLength % 4 !== 0) throw wire.fail(field.start, `${what} has ${byteLength} bytes; expected a multiple of 4`);
  wire.charge(byteLength / 4);
  const bytes = await wire.bytes(field);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

/** Reads a `float`. */
export async function readFloat(wire: Wire, field: Field, what: string): Promise<number> {
  requireWireType(wire, field, "fixed32", what);
  const [value] = await readFloats(wire, field, what);
  return value!;
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a `string`, or `bytes` of UTF-8.
 *
 * @throws FormatError when it is not UTF-8.
 */
export async function readText(wire: Wire, field: Field, what: string): Promise<string> {
  requireWireType(wire, field, "delimited", what);
  const byteLength = field.end - field.start;
  if (byteLength > MAX_TEXT_BYTES) {
    throw new UnsupportedError(
      `${wire.source.label}: ${what} has ${byteLength} bytes; at most ${MAX_TEXT_BYTES} are read`,
      {
        details: { offset: field.start, limit: MAX_TEXT_BYTES },
      },
    );
  }
  // Text is kept in memory, so it counts as one item per 64 bytes: many large strings also reach the limit.
  wire.charge(Math.ceil(byteLength / 64));
  const bytes = await wire.bytes(field);
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw wire.fail(field.start, `${what} is not UTF-8`, cause);
  }
}

/**
 * Converts an `int64` to a number.
 *
 * @throws UnsupportedError when a double cannot represent it exactly.
 */
export function exactNumber(wire: Wire, value: bigint, what: string): number {
  if (!isExact(value)) {
    throw new UnsupportedError(`${wire.source.label}: ${what} is ${value}, which a double cannot represent exactly`);
  }
  return Number(value);
}

/** Whether a double represents exactly an integer and none of its neighbors. */
export function isExact(value: bigint): boolean {
  return Number.isSafeInteger(Number(value));
}
