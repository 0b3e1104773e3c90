import { createXxh64 } from "./xxh64/xxh64.ts";

/** Stands for the source's SHA-256 while the digest is computed: it becomes known only when the file is written. */
const NO_HASH = "0".repeat(64);

/** What a digest is of: strings as the metadata has them. */
export interface Digested {
  readonly graph: string;
  readonly contract?: string;
  /** The SHA-256 in the contract's `source`, as it stands there. */
  readonly sourceSha256?: string;
}

/**
 * The digest of what a file says of itself: XXH64 of the graph's JSON, a line feed and the contract's JSON in UTF-8, in
 * which zeros take the place of the source's hash; 16 hexadecimal digits.
 */
export function smydDigest({ graph, contract = "", sourceSha256: sha256 }: Digested): string {
  const hash = createXxh64();
  const contractText = sha256 === undefined ? contract : contract.replaceAll(sha256, NO_HASH);
  hash.update(new TextEncoder().encode(`${graph}\n${contractText}`));
  return hexOf(hash.digest());
}

/** A 64-bit hash as 16 hexadecimal digits. */
export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}
