import { concatBytes } from "@samoyed/core";

/**
 * Protocol Buffers, as far as needed to write a graph: each function returns one field, and a message is the
 * concatenation of its fields (protobuf.dev, "Encoding").
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FOUR_BYTES = 5;

/** Encodes an integer, enum or bool; negative ones as 64 bits in two's complement. */
export function integerField(field: number, value: number | bigint): Uint8Array {
  return concatBytes([varint(field * 8 + VARINT), varint(value)]);
}

/** Encodes a `float`. */
export function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatBytes([varint(field * 8 + FOUR_BYTES), bytes]);
}

/** Encodes bytes, or a nested message. */
export function bytesField(field: number, value: Uint8Array): Uint8Array {
  return concatBytes([varint(field * 8 + LENGTH_DELIMITED), varint(value.length), value]);
}

/** Encodes a `string`. */
export function textField(field: number, value: string): Uint8Array {
  return bytesField(field, new TextEncoder().encode(value));
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
}
