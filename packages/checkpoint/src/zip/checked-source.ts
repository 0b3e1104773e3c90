import { type ByteSource, crc32, readInto, type ReadOptions } from "@samoyed/core";

/**
 * A source that computes its CRC-32 on the way, from reads that follow one another from the first byte to the last, as
 * a tensor's chunks do. Reads in between, or in another order, pass as they are; a read at the first byte begins anew.
 *
 * @param finished - Called with the CRC of all bytes, the first time that they were all read in order.
 */
export function checkedSource(source: ByteSource, finished: (crc: number) => void): ByteSource {
  const { byteLength, label } = source;
  let position = 0;
  let crc = 0;
  let reported = false;
  const took = (offset: number, bytes: Uint8Array): void => {
    if (reported || (offset !== position && offset !== 0)) return;
    crc = crc32(bytes, offset === 0 ? 0 : crc);
    position = offset + bytes.byteLength;
    if (position === byteLength) {
      reported = true;
      finished(crc);
    }
  };
  return {
    byteLength,
    label,
    async read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array> {
      const bytes = await source.read(offset, length, options);
      took(offset, bytes);
      return bytes;
    },
    async readInto(offset: number, target: Uint8Array, options?: ReadOptions): Promise<void> {
      await readInto(source, { offset, target }, options);
      took(offset, target);
    },
  };
}
