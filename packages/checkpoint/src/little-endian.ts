/** A DataView of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An unsigned 64-bit integer; `undefined` above 2^53 - 1, beyond any length, count or offset of a real file. */
export function readUint64(view: DataView, offset: number): number | undefined {
  const value = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A signed 64-bit integer; `undefined` beyond ±(2^53 - 1). */
export function readInt64(view: DataView, offset: number): number | undefined {
  const value = view.getUint32(offset, true) + view.getInt32(offset + 4, true) * 2 ** 32;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Writes an unsigned integer of up to 2^53 - 1 as 64 bits. */
export function writeUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % 2 ** 32, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
}

/** A two's complement integer of any length; a bigint beyond ±(2^53 - 1). */
export function decodeLong(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) {
    value = (value << 8n) | BigInt(bytes[index]!);
  }
  const signed = BigInt.asIntN(bytes.length * 8, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}
