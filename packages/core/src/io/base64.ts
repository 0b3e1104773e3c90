import type { OwnedBytes } from "./owned-arrays.ts";

/** Decodes base64 text. */
export function decodeBase64(text: string): OwnedBytes {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  // By index: twenty times as fast as Uint8Array.from with a function.
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
