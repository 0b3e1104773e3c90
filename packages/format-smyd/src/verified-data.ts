import {
  type ByteRange,
  bytesToArray,
  type ByteSource,
  collectChunks,
  FormatError,
  type ReadOptions,
  sourceChunks,
} from "@samoyed/core";
import { createXxh64, type SmydFile, type Xxh64 } from "@samoyed/smyd-file";

/** The data of a file: byte ranges that are checked against their hashes as they are read. */
export interface VerifiedData {
  /**
   * A byte range that the file has a hash of, in pieces; each is valid until the next is asked for.
   *
   * @throws FormatError after the last piece when the hash is another one; `what` names the byte range.
   */
  chunks(byteRange: ByteRange, what: string, reading: ReadOptions): AsyncGenerator<Uint8Array>;
  /** The same as one array. */
  bytes(byteRange: ByteRange, what: string, reading: ReadOptions): Promise<Uint8Array>;
}

/** Opens the data of a file whose header has been read. */
export function verifiedData(source: ByteSource, file: SmydFile): VerifiedData {
  let pending: Promise<ReadonlyMap<string, bigint>> | undefined;
  const hashes = async (reading: ReadOptions): Promise<ReadonlyMap<string, bigint>> => {
    pending ??= readHashes(source, file, reading);
    try {
      return await pending;
    } catch (error) {
      // An aborted or failed read must not prevent a later one.
      pending = undefined;
      throw error;
    }
  };
  // A hash holds a megabyte of WebAssembly memory, which engines are slow to give back.
  const idle: Xxh64[] = [];
  async function* chunks(byteRange: ByteRange, what: string, reading: ReadOptions): AsyncGenerator<Uint8Array> {
    const expected = (await hashes(reading)).get(keyOf(byteRange));
    const hash = idle.pop() ?? createXxh64();
    hash.reset();
    try {
      const range = { offset: file.dataOffset + byteRange.offset, byteLength: byteRange.byteLength };
      for await (const chunk of sourceChunks(source, range, reading)) {
        hash.update(chunk);
        yield chunk;
      }
      if (hash.digest() !== expected) {
        throw new FormatError(`${source.label}: ${what} does not have its hash`, {
          hint: "The file is damaged; fetch it again.",
          details: { offset: range.offset, byteLength: range.byteLength },
        });
      }
    } finally {
      idle.push(hash);
    }
  }
  return {
    chunks,
    bytes: (byteRange, what, reading) =>
      collectChunks(chunks(byteRange, what, reading), { byteLength: byteRange.byteLength, label: what }),
  };
}

async function readHashes(
  source: ByteSource,
  { hashed, hashes, dataOffset }: SmydFile,
  reading: ReadOptions,
): Promise<ReadonlyMap<string, bigint>> {
  const bytes = await source.read(dataOffset + hashes.offset, hashes.byteLength, reading);
  const values = bytesToArray(bytes, "uint64");
  return new Map(hashed.map((byteRange, index) => [keyOf(byteRange), values[index]!]));
}

/** Byte ranges with the same key are the same bytes: only empty ones share an offset with another. */
function keyOf({ offset, byteLength }: ByteRange): string {
  return `${offset}+${byteLength}`;
}
