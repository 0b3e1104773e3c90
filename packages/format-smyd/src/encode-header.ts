import { type Contract, contractBeforeHash, encodeContract, SAFETENSORS_DTYPES, UnsupportedError } from "@samoyed/core";
import { ALIGNMENT, LENGTH_BYTES, type PlacedTensor, SMYD_VERSION, smydDigest, xxh64 } from "@samoyed/smyd-file";

/** The key of the metadata in a safetensors header. */
const METADATA = "__metadata__";

/** Parts of a header. */
export interface HeaderParts {
  /** The graph's JSON. */
  readonly graph: string;
  readonly contract: Contract | undefined;
  readonly placed: readonly PlacedTensor[];
}

/** The beginning of a file. */
export interface EncodedHeader {
  readonly bytes: Uint8Array;
  /** Offset of the digits of the contract's `source.sha256`; `undefined` where it has none. */
  readonly sourceHashOffset: number | undefined;
}

/**
 * The beginning of a file, up to its data: the header's length and the header, padded with spaces so that the data
 * begins at a multiple of 64.
 *
 * @throws UnsupportedError when a weight has a dtype that safetensors cannot hold.
 */
export function encodeHeader({ graph, contract, placed }: HeaderParts): EncodedHeader {
  const json = contract === undefined ? undefined : encodeContract(contract);
  const digest = smydDigest({ graph, ...(json !== undefined && { contract: json }) }, xxh64);
  // The contract first: a writer of files fills in the source's hash near the beginning.
  const leading = { format: "smyd", version: String(SMYD_VERSION), digest };
  const metadata = { ...leading, ...(json !== undefined && { contract: json }), graph };
  // Entries and not an object: a tensor may be called `__proto__`, or `7`, which objects would reorder.
  const entries = [[METADATA, JSON.stringify(metadata)], ...placed.map((tensor) => [tensor.name, entry(tensor)])];
  const text = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
  const bytes = new TextEncoder().encode(text);
  const end = Math.ceil((LENGTH_BYTES + bytes.byteLength) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(end).fill(0x20);
  header.set(bytes, LENGTH_BYTES);
  new DataView(header.buffer).setBigUint64(0, BigInt(end - LENGTH_BYTES), true);
  return { bytes: header, sourceHashOffset: sourceHashOffset(leading, contract) };
}

/**
 * The bytes before the digits: the header's text up to them, whose quotation marks are escaped in the contract's JSON.
 */
function sourceHashOffset(leading: object, contract: Contract | undefined): number | undefined {
  const before = contract && contractBeforeHash(contract);
  if (before === undefined) return undefined;
  const text = `{${JSON.stringify(METADATA)}:${JSON.stringify({ ...leading, contract: before })}`;
  return LENGTH_BYTES + new TextEncoder().encode(text.slice(0, -'"}'.length)).byteLength;
}

function entry({ name, dtype, shape, offset, byteLength }: PlacedTensor): string {
  const dtypeName = SAFETENSORS_DTYPES.get(dtype);
  if (dtypeName === undefined) {
    throw new UnsupportedError(`weight ${JSON.stringify(name)} is ${dtype}, which a .smyd file cannot hold`);
  }
  return `{"dtype":"${dtypeName}","shape":[${shape.join(",")}],"data_offsets":[${offset},${offset + byteLength}]}`;
}
