import { basename, join, resolve as absolute } from "node:path";
import { refuseSubstitute, SUBSTITUTE_HEAD_BYTES, UsageError } from "@samoyed/core";
import { fileBeside, fileSource } from "@samoyed/core/node";
import type { CreateSink, SourceFormat } from "@samoyed/graph";
import { convertModel, type ConvertModelReport, type ReadModelOptions } from "./convert-model.ts";
import { SOURCE_FORMATS } from "./formats.ts";
import { hashAlongside, type Hashing } from "./hash-alongside.ts";
import { outputFolder } from "./output-folder.ts";

/** Options of `convertModelFile`. */
export interface ConvertModelFileOptions extends ReadModelOptions {
  /** The names of the formats that the file becomes. */
  readonly formats: readonly string[];
  /** Where the output files go; made if it is not there. */
  readonly outDir: string;
}

/** The formats that can be converted again. */
const READABLE: readonly SourceFormat[] = SOURCE_FORMATS.filter(({ read }) => read !== undefined);

/** The format of a model's file by its name's ending; `undefined` where it cannot be converted. */
export function modelFormat(path: string): SourceFormat | undefined {
  return READABLE.find(({ ending }) => path.toLowerCase().endsWith(ending));
}

/** Opens output files in a folder, but not the model that is being converted: its weights are read meanwhile. */
function sparing(path: string, outDir: string): CreateSink {
  const open = outputFolder(outDir);
  return async (file) => {
    if (absolute(outDir, file) === absolute(path)) {
      throw new UsageError(`${join(outDir, file)} is the model that is converted, and would be replaced`, {
        hint: "Give another folder: --out DIR.",
      });
    }
    return open(file);
  };
}

/**
 * Converts a model's file, whose format its name's ending tells, into files in a folder: `outDir/<model>.tfjs/model.json`
 * and its weights. External data is looked for beside the file.
 *
 * @throws what `convertModel` throws; UsageError when an output file would replace the model.
 */
export async function convertModelFile(
  path: string,
  { outDir, ...options }: ConvertModelFileOptions,
): Promise<ConvertModelReport> {
  const from = modelFormat(path);
  if (from === undefined) {
    throw new UsageError(`${path}: a model to convert ends in ${READABLE.map(({ ending }) => ending).join(" or ")}`);
  }
  const source = await fileSource(path);
  let hashing: Hashing | undefined;
  try {
    const head = await source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, source.byteLength));
    refuseSubstitute(head, { label: path, expected: from.noun });
    // Only a contract that is made here has the source's hash.
    const { labels, preprocess, signal } = options;
    if (labels !== undefined || preprocess !== undefined) hashing = hashAlongside(path, source, { signal });
    return await convertModel(source, {
      ...options,
      sourceName: basename(path),
      ...(hashing && { sourceSha256: hashing.sha256 }),
      from: from.name,
      name: basename(path).replace(/\.\w+$/u, ""),
      createSink: sparing(path, outDir),
      resolve: (file) => fileBeside(path, file),
    });
  } finally {
    hashing?.stop();
    await source.close();
  }
}
