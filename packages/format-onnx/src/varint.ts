/** A varint's unsigned value and its length in bytes, or why it is invalid: the bytes end, or it has more than 64 bits. */
export type Varint = { readonly value: bigint; readonly length: number } | "cut" | "long";

/** Decodes the varint at an offset; `end` is the end of its message. */
export function decodeVarint(bytes: Uint8Array, offset: number, end: number = bytes.byteLength): Varint {
  let low = 0;
  let length = 0;
  // Four bytes of 7 bits fit in a small integer; nearly all varints end there.
  for (; length < 4; length++) {
    if (offset + length >= end) return "cut";
    const byte = bytes[offset + length]!;
    low |= (byte & 0x7f) << (7 * length);
    if (byte < 0x80) return { value: BigInt(low), length: length + 1 };
  }
  let value = BigInt(low);
  for (; length < 10; length++) {
    if (offset + length >= end) return "cut";
    const byte = bytes[offset + length]!;
    // The tenth byte has only the 64th bit.
    if (length === 9 && byte > 1) return "long";
    value |= BigInt(byte & 0x7f) << BigInt(7 * length);
    if (byte < 0x80) return { value, length: length + 1 };
  }
  return "long";
}
