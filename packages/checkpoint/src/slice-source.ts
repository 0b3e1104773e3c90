import { type ByteSource, checkRange } from "@samoyed/core";

/** A part of a source as a source of its own; closing it does nothing. */
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
  };
}
