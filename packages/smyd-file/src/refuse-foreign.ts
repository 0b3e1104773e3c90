import { FormatError, MAX_SAFETENSORS_HEADER_BYTES, refuseSubstitute } from "@samoyed/core";
import { LENGTH_BYTES, MAX_HEADER_BYTES } from "./limits.ts";

/**
 * Refuses a file that does not begin with the length of a `.smyd` header, by its first bytes: 8 are enough, more tell what
 * it is.
 *
 * @throws FormatError always.
 */
export function refuseForeign(head: Uint8Array, label: string): never {
  if (head.byteLength === 0) throw new FormatError(`${label}: the file is empty`);
  refuseSubstitute(head, { label, expected: "a .smyd model" });
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = head.byteLength < LENGTH_BYTES ? 0 : Number(view.getBigUint64(0, true));
  if (length > 0 && length <= MAX_SAFETENSORS_HEADER_BYTES) {
    throw new FormatError(`${label}: a safetensors header of ${length} bytes; expected 1 to ${MAX_HEADER_BYTES}`);
  }
  const hex = Array.from(head.subarray(0, LENGTH_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(`${label}: not a .smyd file: it begins with ${hex}`, {
    hint: "Check that it is the right file, and complete. A .smyd model is written by: samoyed convert FILE --to smyd",
  });
}
