import { type ByteSource, type Contract, type ModelFiles, UsageError } from "@samoyed/core";
import type { SourceFormat } from "@samoyed/graph";
import { canonicalizeAll } from "./build-graph.ts";
import { fileName, outputName } from "./file-name.ts";
import { formatsNamed } from "./format-named.ts";
import { SOURCE_FORMATS } from "./formats.ts";
import type { ConvertOptions, ModelOptions } from "./options.ts";
import type { RewriteReport, WrittenFile } from "./report.ts";
import { writeFormats } from "./write-formats.ts";

/** Options that apply to a model: it brings its own network, classes and preprocessing. */
export type ReadModelOptions = Pick<ModelOptions, "weights" | "formatOptions" | "fold" | "signal" | "onProgress">;

/** Options of `convertModel`. */
export interface ConvertModelOptions extends ReadModelOptions, Pick<ConvertOptions, "createSink" | "resolve"> {
  /** The name of the source's format. */
  readonly from: string;
  /** The names of the formats that it becomes. */
  readonly formats: readonly string[];
  /** The output files' name where the model has no contract that says it. */
  readonly name: string;
}

/** Report of the conversion of a model. */
export interface ConvertModelReport {
  readonly model: string;
  /** The model's own, which travels on; absent where it had no contract. */
  readonly contract: Contract | undefined;
  readonly files: readonly WrittenFile[];
  readonly rewrites: readonly RewriteReport[];
  /** Warnings about the source for the user. */
  readonly warnings: readonly string[];
  readonly milliseconds: {
    readonly open: number;
    readonly build: number;
    readonly write: number;
    readonly total: number;
  };
}

/**
 * Converts a model: reads its graph, brings it into the canonical form, rewrites it, and writes it in each format. A
 * contract in it travels on; nothing is added to a model without one. Weights stream; those of a `.smyd` file become
 * float32 again.
 *
 * Files that the caller opened stay open; those that `resolve` opened are closed.
 *
 * @throws FormatError, UnsupportedError when the model is damaged, or has an operator that a format does not; nodes are
 * named.
 * @throws UsageError when a format is unknown, or the options contradict one another.
 * @throws IoError when reading or writing fails; AbortedError when the signal fires.
 */
export async function convertModel(source: ByteSource, options: ConvertModelOptions): Promise<ConvertModelReport> {
  const start = performance.now();
  const { weights = "float32", fold, signal } = options;
  const formats = formatsNamed(options.formats);
  const read = await readable(options.from)(filesOf(source, options), { signal });
  try {
    const opened = performance.now();
    const { graph, rewrites } = canonicalizeAll(read.graph, fold === undefined ? {} : { fold });
    const contract = read.contract && { ...read.contract, weights };
    const built = performance.now();
    const model = contract?.model ?? options.name;
    const name = contract === undefined ? fileName(model) : outputName(contract);
    const { files } = await writeFormats({ graph, contract, name, formats }, options);
    const end = performance.now();
    return {
      model,
      contract,
      files,
      rewrites,
      warnings: read.warnings ?? [],
      milliseconds: { open: opened - start, build: built - opened, write: end - built, total: end - start },
    };
  } finally {
    await read.close();
  }
}

function readable(from: string): NonNullable<SourceFormat["read"]> {
  const read = SOURCE_FORMATS.find(({ name }) => name === from)?.read;
  if (read !== undefined) return read;
  const able = SOURCE_FORMATS.filter((format) => format.read !== undefined).map(({ name }) => name);
  throw new UsageError(`models in the format ${JSON.stringify(from)} are not read; expected ${able.join(" or ")}`);
}

/** The model's files: the source, which the caller closes, and what it opens for others. */
function filesOf(source: ByteSource, { resolve }: Pick<ConvertModelOptions, "resolve">): ModelFiles {
  const { byteLength, label } = source;
  const own: ByteSource = {
    byteLength,
    label,
    read: (offset, length, options) => source.read(offset, length, options),
  };
  return {
    label,
    local: false,
    async open(name) {
      if (name === "") return own;
      if (resolve !== undefined) return resolve(name);
      throw new UsageError(`${label}: some of its weights are in the file ${JSON.stringify(name)}`, {
        hint: "Pass `resolve`, which opens files beside the model.",
      });
    },
  };
}
