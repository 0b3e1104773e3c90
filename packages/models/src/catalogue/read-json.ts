import { FormatError, UnsupportedError } from "@samoyed/core";
import { hashText } from "./hash-text.ts";
import { ARCHITECTURE_VERSION } from "./stored-graph.ts";

/** Reads and decompresses a file of the catalogue's data by its name: `readData`, or another source. */
export type ReadData = (file: string, maxBytes: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Options of `readJson`. */
export interface ReadJsonOptions {
  /** Largest size, decompressed. */
  readonly maxBytes: number;
  /** The `hashText` that the document must have. */
  readonly hash?: string;
}

/**
 * Reads a JSON document of the catalogue.
 *
 * @throws FormatError when it is not one, or another than its hash says; UnsupportedError when it is of another version.
 */
export async function readJson(
  read: ReadData,
  file: string,
  { maxBytes, hash }: ReadJsonOptions,
): Promise<{ readonly version: number }> {
  const bytes = await read(file, maxBytes);
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = JSON.parse(text);
    if (hash !== undefined && hashText(text) !== hash) throw new FormatError("its hash is not the index's");
  } catch (cause) {
    throw new FormatError(`${file}: the file is damaged`, {
      cause,
      hint: "Install @samoyed/architectures again.",
    });
  }
  const version = typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (version !== ARCHITECTURE_VERSION) {
    throw new UnsupportedError(`${file}: the file's version is ${String(version)}; expected ${ARCHITECTURE_VERSION}`, {
      hint: "Install the same version of @samoyed/architectures and @samoyed/models.",
    });
  }
  return value as { readonly version: number };
}
