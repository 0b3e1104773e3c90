import { sha256 } from "./sha256.ts";

/**
 * Computes the SHA-256 of bytes in memory, as 64 hexadecimal digits: natively where the platform has it, in Node and on
 * pages of a secure context, otherwise in TypeScript.
 */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  // Pages without TLS have no `subtle`.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    const hash = sha256();
    hash.update(bytes);
    return hash.digest();
  }
  // The API rejects views of shared memory, and the types cannot express that this is not one.
  const digest = await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
