import { type ByteSource, checkRange, readInto } from "@samoyed/core";

/** Makes a source of a byte range of another source; closing it does nothing. */
export function sliceSource(
  source: ByteSource,
  { offset, byteLength, label }: { readonly offset: number; readonly byteLength: number; readonly label: string },
): ByteSource {
  checkRange(source, offset, byteLength);
  return {
    byteLength,
    label,
    read: async (start, length, options) => {
      checkRange({ byteLength, label }, start, length);
      return source.read(offset + start, length, options);
    },
    readInto: async (start, target, options) => {
      checkRange({ byteLength, label }, start, target.byteLength);
      await readInto(source, { offset: offset + start, target }, options);
    },
  };
}
