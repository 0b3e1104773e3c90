/** A hash of 64 bits in hexadecimal digits: two of FNV-1a with different starts. Not for security. */
export function hashBytes(bytes: Uint8Array): string {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 13);
  }
  return [low, high].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** `hashBytes` of a text in UTF-8. */
export function hashText(text: string): string {
  return hashBytes(new TextEncoder().encode(text));
}
