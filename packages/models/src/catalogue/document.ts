import { FormatError, UnsupportedError, type OwnedBytes } from "@samoyed/core";
import { hashBytes } from "./hash-text.ts";
import { ARCHITECTURE_VERSION } from "./stored-graph.ts";

/** Reads and decompresses a file of the catalogue's data by its name: `readData`, or another source. */
export type ReadData = (file: string, maxBytes: number) => Promise<OwnedBytes>;

/** A document of the catalogue, and the bytes after it. */
export interface ReadDocument {
  readonly document: { readonly version: number };
  readonly data: Uint8Array;
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

/**
 * Reads a document of the catalogue: JSON, and after a byte of 0, which no JSON has, data.
 *
 * @param maxBytes - Largest size, decompressed.
 * @param hash - The `hashBytes` that the file must have.
 * @throws FormatError when it is not one, or another than its hash says; UnsupportedError when it is of another version.
 */
export async function readDocument(
  read: ReadData,
  file: string,
  { maxBytes, hash }: { readonly maxBytes: number; readonly hash?: string },
): Promise<ReadDocument> {
  const bytes = await read(file, maxBytes);
  const zero = bytes.indexOf(0);
  const end = zero === -1 ? bytes.byteLength : zero;
  let document: unknown;
  try {
    document = parse(bytes.subarray(0, end));
    if (hash !== undefined && hashBytes(bytes) !== hash) throw new FormatError("its hash is not the index's");
  } catch (cause) {
    throw new FormatError(`${file}: the file is damaged`, {
      cause,
      hint: "Install @samoyed/architectures again.",
    });
  }
  const version =
    typeof document === "object" && document !== null && "version" in document ? document.version : undefined;
  if (version !== ARCHITECTURE_VERSION) {
    throw new UnsupportedError(`${file}: the file's version is ${String(version)}; expected ${ARCHITECTURE_VERSION}`, {
      hint: "Install the same version of @samoyed/architectures and @samoyed/models.",
    });
  }
  return { document: document as { readonly version: number }, data: bytes.subarray(end + 1) };
}

/** The bytes that `readDocument` reads. */
export function writeDocument({ document, data }: ReadDocument): OwnedBytes {
  const text = new TextEncoder().encode(JSON.stringify(document));
  if (data.byteLength === 0) return text;
  const bytes = new Uint8Array(text.byteLength + 1 + data.byteLength);
  bytes.set(text);
  bytes.set(data, text.byteLength + 1);
  return bytes;
}
