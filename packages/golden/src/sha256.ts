/** Computes SHA-256 in hexadecimal, in Node and in browsers (where it needs a secure context). */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  // The API rejects views of shared memory, and the types cannot express that this is not one.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
