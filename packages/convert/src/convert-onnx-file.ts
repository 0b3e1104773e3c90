import { basename, dirname, join } from "node:path";
import type { ByteSource } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { convertOnnx, type ConvertOnnxReport, type OnnxOptions } from "./convert-onnx.ts";
import { outputFolder } from "./output-folder.ts";

/** Options of `convertOnnxFile`. */
export interface ConvertOnnxFileOptions extends OnnxOptions {
  /** Where the output files go; made if it is not there. */
  readonly outDir: string;
}

/**
 * Converts an ONNX file into files in a folder: `outDir/<model>.tfjs/model.json` and its weights. External data is looked
 * for beside the file.
 *
 * @throws what `convertOnnx` throws.
 */
export async function convertOnnxFile(
  path: string,
  { outDir, ...options }: ConvertOnnxFileOptions,
): Promise<ConvertOnnxReport> {
  const opened: ByteSource[] = [];
  const open = async (file: string): Promise<ByteSource> => {
    const source = await fileSource(file);
    opened.push(source);
    return source;
  };
  try {
    return await convertOnnx(await open(path), {
      ...options,
      name: basename(path).replace(/\.onnx$/iu, ""),
      createSink: outputFolder(outDir),
      resolve: (file) => open(join(dirname(path), file)),
    });
  } finally {
    for (const source of opened) await source.close?.();
  }
}
