import { type ByteSource, FormatError } from "@samoyed/core";

/** A tag and a length, at most ten bytes each. */
export const MAX_HEADER_BYTES = 20;

/** A field of a protobuf message. */
export interface Field {
  readonly number: number;
  /** Range of the payload. Meaningful for length-delimited fields; others are only skipped. */
  readonly start: number;
  readonly end: number;
  readonly wire: number;
}

/** Reads a field's header at `bytes[at]`, which is at `base` in the source; the payload may be beyond `bytes`. */
export function parseField(
  bytes: Uint8Array,
  options: { readonly at: number; readonly base: number; readonly source: ByteSource; readonly limit?: number },
): Field {
  const { at, base, source, limit = source.byteLength } = options;
  const tag = parseVarint(bytes, at);
  const number = tag ? Math.floor(tag.value / 8) : 0;
  if (!tag || number < 1 || number >= 2 ** 29) throw broken(source, base, "no field tag");
  const wire = tag.value % 8;
  let start = base + tag.next - at;
  let length = 0;
  if (wire === 1) length = 8;
  else if (wire === 5) length = 4;
  else if (wire === 0 || wire === 2) {
    const varint = parseVarint(bytes, tag.next);
    if (!varint) throw broken(source, start, "no varint");
    start = base + varint.next - at;
    length = wire === 2 ? varint.value : 0;
  } else throw broken(source, base, `wire type ${wire}`);
  if (length > limit - start)
    throw broken(source, base, `field ${number} with ${length} bytes, ${limit - start} are left`);
  return { number, wire, start, end: start + length };
}

/** Reads a varint and returns the index after it; `undefined` if it is cut off, or longer than ten bytes. Inexact above 2^53. */
export function parseVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10 && at + index < bytes.length; index++) {
    const byte = bytes[at + index]!;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

/** An error of bytes that are no model, with what is there. */
export function broken(source: ByteSource, offset: number, got: string, cause?: unknown): FormatError {
  return new FormatError(`${source.label}: not an ONNX model: got ${got} at byte ${offset}`, {
    hint: "Give a .onnx file; samoyed convert makes one from a checkpoint.",
    details: { offset },
    ...(cause === undefined ? {} : { cause }),
  });
}
