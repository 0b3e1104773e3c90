import { basename, dirname, join } from "node:path";
import { fileSource } from "@samoyed/core/node";
import { checkpointIn } from "./checkpoint-in.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { hashAlongside } from "./hash-alongside.ts";
import type { ConvertOptions, ModelOptions } from "./options.ts";
import { outputFolder } from "./output-folder.ts";
import type { ConvertReport } from "./report.ts";

/** Options of `convertFile`. */
export interface ConvertFileOptions extends ModelOptions {
  /** Where the output files go; made if it is not there. */
  readonly outDir: string;
  /** The source's SHA-256, where it is known already. */
  readonly sourceSha256?: string;
}

/**
 * Converts a checkpoint file, or a folder of the hub, into files in a folder: `outDir/<model>.onnx`. Shards are looked for beside the file; its
 * hash, the index's if it is one, is computed in another thread meanwhile.
 *
 * @throws what `convertCheckpoint` throws.
 */
export async function convertFile(place: string, options: ConvertFileOptions): Promise<ConvertReport> {
  const { outDir, sourceSha256, signal, ...rest } = options;
  const path = await checkpointIn(place);
  const source = await fileSource(path);
  const hashing = hashAlongside(path, source, { known: sourceSha256, signal });
  const convert: ConvertOptions = {
    ...rest,
    signal,
    createSink: outputFolder(outDir),
    resolve: (file) => fileSource(join(dirname(path), file)),
    sourceName: basename(path),
    sourceSha256: hashing.sha256,
  };
  try {
    return await convertCheckpoint(source, convert);
  } finally {
    hashing.stop();
    await source.close();
  }
}
