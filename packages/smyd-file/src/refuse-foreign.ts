import { FormatError, refuseSubstitute } from "@samoyed/core";
import { LENGTH_BYTES } from "./limits.ts";

/**
 * Refuses a file that is not a safetensors file.
 *
 * @param head the file's first bytes; 8 are enough, more tell what it is
 * @throws FormatError that says what the file is instead
 */
export function refuseForeign(head: Uint8Array, label: string): never {
  if (head.byteLength === 0) throw new FormatError(`${label}: the file is empty`);
  refuseSubstitute(head, { label, expected: "a .smyd model" });
  const hex = Array.from(head.subarray(0, LENGTH_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(`${label}: not a .smyd file: it begins with ${hex}`, {
    hint: "Check that it is the right file, and complete. A .smyd model is written by: samoyed convert FILE --to smyd",
  });
}
