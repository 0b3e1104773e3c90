import { basename, dirname, join } from "node:path";
import { type ByteSource, refuseSubstitute, SUBSTITUTE_HEAD_BYTES, UsageError } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { convertModel, type ConvertModelReport, type ReadableFormat, type ReadModelOptions } from "./convert-model.ts";
import type { Format } from "./formats.ts";
import { outputFolder } from "./output-folder.ts";

/** Options of `convertModelFile`. */
export interface ConvertModelFileOptions extends ReadModelOptions {
  /** What the file becomes. */
  readonly formats: readonly Format[];
  /** Where the output files go; made if it is not there. */
  readonly outDir: string;
}

/** The format of a model's file by its name's ending; `undefined` where it is none that can be converted. */
export function modelFormat(path: string): ReadableFormat | undefined {
  const ending = /\.(?:onnx|smyd)$/iu.exec(path)?.[0].slice(1).toLowerCase();
  return ending as ReadableFormat | undefined;
}

/**
 * Converts an ONNX or `.smyd` file, which its name's ending tells, into files in a folder: `outDir/<model>.tfjs/model.json`
 * and its weights. External data is looked for beside the file.
 *
 * @throws what `convertModel` throws.
 */
export async function convertModelFile(
  path: string,
  { outDir, ...options }: ConvertModelFileOptions,
): Promise<ConvertModelReport> {
  const from = modelFormat(path);
  if (from === undefined) throw new UsageError(`${path}: a model to convert ends in .onnx or .smyd`);
  const opened: ByteSource[] = [];
  const open = async (file: string): Promise<ByteSource> => {
    const source = await fileSource(file);
    opened.push(source);
    return source;
  };
  try {
    const source = await open(path);
    const head = await source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, source.byteLength));
    refuseSubstitute(head, { label: path, expected: from === "onnx" ? "an ONNX model" : "a .smyd model" });
    return await convertModel(source, {
      ...options,
      from,
      name: basename(path).replace(/\.\w+$/u, ""),
      createSink: outputFolder(outDir),
      resolve: (file) => open(join(dirname(path), file)),
    });
  } finally {
    for (const source of opened) await source.close?.();
  }
}
