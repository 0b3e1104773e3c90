import { type ByteSource, crc32, readInto, type ReadOptions } from "@samoyed/core";

/**
 * Wraps a source to compute its CRC-32 from consecutive reads from the first byte to the last, such as
 * a tensor's chunks. Other reads in between pass through; a read at the first byte starts over.
 *
 * @param finished - Called with the CRC of all bytes, the first time that all have been read in order.
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
