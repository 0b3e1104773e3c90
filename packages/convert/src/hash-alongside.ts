import { type FileSource, hashSource } from "@samoyed/core/node";
import { hashFile } from "./hash-file.ts";

/** Below this a thread takes longer to start than the hash to compute. */
const MIN_THREAD_BYTES = 16 << 20;

/** A hash that is computed while its file is converted. */
export interface Hashing {
  readonly sha256: string | Promise<string>;
  /** Stops it: the hash is of no use when the conversion fails, and must not hold the process up. */
  readonly stop: () => void;
}

/** Starts computing the SHA-256 of a file, in another thread where it is large, unless it is `known`. */
export function hashAlongside(
  path: string,
  source: FileSource,
  { known, signal }: { readonly known?: string | undefined; readonly signal?: AbortSignal | undefined },
): Hashing {
  const stopping = new AbortController();
  const options = { signal: signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]) };
  const hash = (): Promise<string> =>
    source.byteLength < MIN_THREAD_BYTES ? hashSource(source, options) : hashFile(path, options);
  return { sha256: known ?? hash(), stop: () => stopping.abort() };
}
