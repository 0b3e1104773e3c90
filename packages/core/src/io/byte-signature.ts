/**
 * Whether bytes contain a signature at an offset. Signatures are compared as bytes, never as text: a bundler may write
 * `"\u00ff"` as the character itself, which a page in another encoding then misreads.
 */
export function hasBytesAt(bytes: Uint8Array, signature: ArrayLike<number>, offset = 0): boolean {
  if (offset + signature.length > bytes.length) return false;
  for (let index = 0; index < signature.length; index++) {
    if (bytes[offset + index] !== signature[index]) return false;
  }
  return true;
}

/** The bytes of printable ASCII text, for signatures made of letters. */
export function asciiBytes(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** The byte order mark that some editors put before UTF-8 text. */
export const UTF8_BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
