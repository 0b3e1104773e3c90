import { FormatError, type LazyTensor, tensorByteLength } from "@samoyed/core";
import protobuf from "protobufjs/minimal.js";

/** A part of a message: bytes in memory, or a tensor whose bytes are read when they are written. */
export type Piece = Uint8Array | LazyTensor;

/**
 * A protobuf message, or some of its fields, before it is written. Its length is known before its tensors are
 * read, so that the length prefixes of the enclosing messages can be written first.
 */
export interface Message {
  readonly byteLength: number;
  readonly pieces: readonly Piece[];
}

/** Protobuf's wire types in use. */
const VARINT = 0;
const DELIMITED = 2;
const FIXED32 = 5;

const EMPTY: Message = { byteLength: 0, pieces: [] };

/** Joins fields: protobuf messages are the concatenation of their fields. */
export function joinFields(fields: readonly Message[]): Message {
  if (fields.length === 0) return EMPTY;
  let byteLength = 0;
  for (const field of fields) byteLength += field.byteLength;
  return { byteLength, pieces: fields.flatMap((field) => field.pieces) };
}

/**
 * Encodes an integer field (`int32`, `int64`, an enum).
 *
 * @throws FormatError when the value is not an integer that a double represents exactly.
 */
export function integerField(number: number, value: number, what: string): Message {
  if (!Number.isSafeInteger(value)) {
    throw new FormatError(`${what} is ${value}; expected an integer of at most 2^53 - 1`);
  }
  return ofBytes(tag(number, VARINT).int64(value).finish());
}

/** Encodes a `float` field; the value is rounded to float32. */
export function floatField(number: number, value: number): Message {
  return ofBytes(tag(number, FIXED32).float(value).finish());
}

/**
 * Encodes a `string` field, or `bytes` of UTF-8.
 *
 * @throws FormatError when the text has half of a surrogate pair, which UTF-8 cannot express.
 */
export function textField(number: number, text: string, what: string): Message {
  if (/\p{Surrogate}/u.test(text)) {
    throw new FormatError(`${what} ${JSON.stringify(text)} has half of a surrogate pair; UTF-8 cannot express it`);
  }
  return ofBytes(tag(number, DELIMITED).string(text).finish());
}

/** Encodes a message as a field of another. */
export function messageField(number: number, message: Message): Message {
  const head = tag(number, DELIMITED).uint64(message.byteLength).finish();
  return { byteLength: head.byteLength + message.byteLength, pieces: [head, ...message.pieces] };
}

/** Encodes a tensor's bytes as a `bytes` field: row-major, little-endian, as in `LazyTensor`. */
export function tensorBytesField(number: number, tensor: LazyTensor): Message {
  const byteLength = tensorByteLength(tensor.dtype, tensor.shape);
  return messageField(number, { byteLength, pieces: byteLength === 0 ? [] : [tensor] });
}

function tag(number: number, wireType: number): protobuf.Writer {
  return protobuf.Writer.create().uint32(number * 8 + wireType);
}

function ofBytes(bytes: Uint8Array): Message {
  return { byteLength: bytes.byteLength, pieces: [bytes] };
}
