const SLICES = 16;
/** `TABLES[256 * k + byte]`: the contribution of `byte` when k more bytes follow it. */
const TABLES: Uint32Array = buildTables();
const LITTLE_ENDIAN_HOST: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * The CRC-32 of zip (polynomial 0xEDB88320, reflected), sixteen bytes at a time.
 *
 * @param previous the CRC of the preceding bytes of a stream; 0 at its start.
 * @returns an unsigned 32-bit integer.
 */
export function portableCrc32(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  let position = 0;
  const { byteLength } = bytes;
  if (LITTLE_ENDIAN_HOST && byteLength >= 64) {
    const toAlignment = (4 - (bytes.byteOffset & 3)) & 3;
    crc = bytewise(crc, bytes, 0, toAlignment);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + toAlignment, (byteLength - toAlignment) >>> 2);
    const wholeWords = words.length & ~3;
    crc = wordwise(crc, words, wholeWords);
    position = toAlignment + wholeWords * 4;
  }
  return ~bytewise(crc, bytes, position, byteLength) >>> 0;
}

function bytewise(start: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = start;
  for (let position = from; position < to; position++) {
    crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[position]!) & 0xff]!;
  }
  return crc;
}

function wordwise(start: number, words: Uint32Array, count: number): number {
  const tables = TABLES;
  let crc = start;
  for (let index = 0; index < count; index += 4) {
    const a = words[index]! ^ crc;
    const b = words[index + 1]!;
    const c = words[index + 2]!;
    const d = words[index + 3]!;
    crc =
      tables[0xf00 + (a & 0xff)]! ^
      tables[0xe00 + ((a >>> 8) & 0xff)]! ^
      tables[0xd00 + ((a >>> 16) & 0xff)]! ^
      tables[0xc00 + (a >>> 24)]! ^
      tables[0xb00 + (b & 0xff)]! ^
      tables[0xa00 + ((b >>> 8) & 0xff)]! ^
      tables[0x900 + ((b >>> 16) & 0xff)]! ^
      tables[0x800 + (b >>> 24)]! ^
      tables[0x700 + (c & 0xff)]! ^
      tables[0x600 + ((c >>> 8) & 0xff)]! ^
      tables[0x500 + ((c >>> 16) & 0xff)]! ^
      tables[0x400 + (c >>> 24)]! ^
      tables[0x300 + (d & 0xff)]! ^
      tables[0x200 + ((d >>> 8) & 0xff)]! ^
      tables[0x100 + ((d >>> 16) & 0xff)]! ^
      tables[d >>> 24]!;
  }
  return crc;
}

function buildTables(): Uint32Array {
  const tables = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256]!;
    tables[index] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}
