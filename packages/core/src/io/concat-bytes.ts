import type { OwnedBytes } from "./owned-arrays.ts";

/** Concatenates arrays into a new one. */
export function concatBytes(parts: readonly Uint8Array[]): OwnedBytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
