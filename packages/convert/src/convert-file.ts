import { basename, dirname, join } from "node:path";
import { fileSource, hashSource } from "@samoyed/core/node";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { hashFile } from "./hash-file.ts";
import type { ConvertOptions, ModelOptions } from "./options.ts";
import { outputFolder } from "./output-folder.ts";
import type { ConvertReport } from "./report.ts";

/** Below this a thread takes longer to start than the hash to compute. */
const MIN_THREAD_BYTES = 16 << 20;

/** Options of `convertFile`. */
export interface ConvertFileOptions extends ModelOptions {
  /** Where the output files go; made if it is not there. */
  readonly outDir: string;
  /** The source's SHA-256, where it is known already. */
  readonly sourceSha256?: string;
}

/**
 * Converts a checkpoint file into files in a folder: `outDir/<model>.onnx`. Shards are looked for beside the file; its
 * hash, the index's if it is one, is computed in another thread meanwhile.
 *
 * @throws what `convertCheckpoint` throws.
 */
export async function convertFile(path: string, options: ConvertFileOptions): Promise<ConvertReport> {
  const { outDir, sourceSha256, signal, ...rest } = options;
  const source = await fileSource(path);
  // The hash is of no use when the conversion fails, and must not hold the process up.
  const hashing = new AbortController();
  const stop = { signal: signal === undefined ? hashing.signal : AbortSignal.any([signal, hashing.signal]) };
  const hash = (): Promise<string> =>
    source.byteLength < MIN_THREAD_BYTES ? hashSource(source, stop) : hashFile(path, stop);
  const convert: ConvertOptions = {
    ...rest,
    signal,
    createSink: outputFolder(outDir),
    resolve: (file) => fileSource(join(dirname(path), file)),
    sourceName: basename(path),
    sourceSha256: sourceSha256 ?? hash(),
  };
  try {
    return await convertCheckpoint(source, convert);
  } finally {
    hashing.abort();
    await source.close();
  }
}
