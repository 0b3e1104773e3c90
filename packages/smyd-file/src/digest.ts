/** Replaces the source's SHA-256 in the digest, since the hash becomes known only when the file is written. */
const NO_HASH = "0".repeat(64);

/**
 * The digits of `source.sha256`, the only key of that name in a contract; quotation marks within strings are escaped. Other
 * occurrences of the same digits are kept: files are often named after their hash.
 */
const SOURCE_HASH = /("sha256"\s*:\s*")[0-9a-f]{64}(?=")/u;

/** The input of a digest: strings as in the metadata. */
export interface Digested {
  readonly graph: string;
  readonly contract?: string;
}

/** An XXH64 with seed 0; the runtime has one among its kernels. */
export type HashBytes = (bytes: Uint8Array) => bigint;

/**
 * The digest of a file's metadata: XXH64 of the graph's JSON, a line feed and the contract's JSON in UTF-8, in
 * which zeros replace the source's hash; 16 hexadecimal digits.
 */
export function smydDigest({ graph, contract = "" }: Digested, hash: HashBytes): string {
  const contractText = contract.replace(SOURCE_HASH, `$1${NO_HASH}`);
  return hexOf(hash(new TextEncoder().encode(`${graph}\n${contractText}`)));
}

/** A 64-bit hash as 16 hexadecimal digits. */
export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}
