import type { ByteSource, Contract } from "@samoyed/core";
import { readOnnx } from "@samoyed/format-onnx";
import { readSmyd } from "@samoyed/format-smyd";
import type { Graph } from "@samoyed/graph";
import { canonicalizeAll } from "./build-graph.ts";
import { checkedFormats } from "./convert-checkpoint.ts";
import { fileName, outputName } from "./file-name.ts";
import type { Format } from "./formats.ts";
import type { ConvertOptions, ModelOptions } from "./options.ts";
import type { RewriteReport, WrittenFile } from "./report.ts";
import { writeFormats } from "./write-formats.ts";

/** The formats that can be read back; weights of tfjs may have been regrouped, and are not. */
export type ReadableFormat = Extract<Format, "onnx" | "smyd">;

/** What of the options a model takes: it brings its own network, classes and preprocessing. */
export type ReadModelOptions = Pick<ModelOptions, "weights" | "tfjs" | "fold" | "signal" | "onProgress">;

/** Options of `convertModel`. */
export interface ConvertModelOptions extends ReadModelOptions, Pick<ConvertOptions, "createSink" | "resolve"> {
  /** What the source is. */
  readonly from: ReadableFormat;
  /** What it becomes. */
  readonly formats: readonly Format[];
  /** What the output files are called where the model has no contract that says it. */
  readonly name: string;
}

/** What converting a model did. */
export interface ConvertModelReport {
  readonly model: string;
  /** The model's own, which travels on; absent where it had none. */
  readonly contract: Contract | undefined;
  readonly files: readonly WrittenFile[];
  readonly rewrites: readonly RewriteReport[];
  readonly milliseconds: {
    readonly open: number;
    readonly build: number;
    readonly write: number;
    readonly total: number;
  };
}

type ReadOptionsOf = Pick<ConvertModelOptions, "resolve" | "signal">;
type Reader = (
  source: ByteSource,
  options: ReadOptionsOf,
) => Promise<{ graph: Graph; contract?: Contract | undefined }>;

const READERS: Readonly<Record<ReadableFormat, Reader>> = {
  onnx: (source, { resolve, signal }) => readOnnx(source, { ...(resolve && { resolve }), ...(signal && { signal }) }),
  smyd: (source, { signal }) => readSmyd(source, signal && { signal }),
};

/**
 * Converts a model: reads its graph, brings it into the canonical form, rewrites it, and writes it in each format. A
 * contract in it travels on; nothing is added to a model that has none. Weights stream; those of a `.smyd` file become
 * float32 again.
 *
 * @throws FormatError, UnsupportedError when the model is damaged, or has an operator that a format does not; nodes are
 * named.
 * @throws UsageError when a format is unknown, or the options contradict one another.
 * @throws IoError when reading or writing fails; AbortedError when the signal fires.
 */
export async function convertModel(source: ByteSource, options: ConvertModelOptions): Promise<ConvertModelReport> {
  const start = performance.now();
  const { weights = "float32", fold } = options;
  const formats = checkedFormats(options.formats);
  const read = await READERS[options.from](source, options);
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
    milliseconds: { open: opened - start, build: built - opened, write: end - built, total: end - start },
  };
}
