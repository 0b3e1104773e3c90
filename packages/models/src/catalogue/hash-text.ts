/**
 * A hash of 64 bits in hexadecimal digits, of 32-bit words with different starts and factors. Tells damage and names
 * apart; not for security.
 */
export function hashBytes(bytes: Uint8Array): string {
  let [low, high] = [0x811c9dc5 ^ bytes.byteLength, 0x01000193];
  const mix = (word: number): void => {
    low = Math.imul(low ^ word, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ word, 0x5bd1e995);
    high ^= high >>> 13;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.byteLength & ~3;
  for (let at = 0; at < whole; at += 4) mix(view.getInt32(at, true));
  for (const byte of bytes.subarray(whole)) mix(byte);
  return [low, high].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** `hashBytes` of a text in UTF-8. */
export function hashText(text: string): string {
  return hashBytes(new TextEncoder().encode(text));
}
