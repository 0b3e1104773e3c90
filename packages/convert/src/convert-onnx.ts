import type { ByteSource, Contract } from "@samoyed/core";
import { readOnnx } from "@samoyed/format-onnx";
import { rewriteAll } from "./build-graph.ts";
import { checkedFormats, fileName } from "./convert-checkpoint.ts";
import type { ConvertOptions, ModelOptions } from "./options.ts";
import type { RewriteReport, WrittenFile } from "./report.ts";
import { writeFormats } from "./write-formats.ts";

/** What of the options an ONNX model takes: it brings its own network, classes and preprocessing. */
export type OnnxOptions = Pick<ModelOptions, "formats" | "weights" | "tfjs" | "fold" | "signal" | "onProgress">;

/** Options of `convertOnnx`. */
export interface ConvertOnnxOptions extends OnnxOptions, Pick<ConvertOptions, "createSink" | "resolve"> {
  /** What the output files are called where the model has no contract that says it. */
  readonly name: string;
}

/** What converting an ONNX model did. */
export interface ConvertOnnxReport {
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

/**
 * Converts an ONNX model: reads its graph, rewrites it, and writes it in each format. A contract in it travels on; nothing
 * is added to a model that has none. Weights stream.
 *
 * @throws FormatError, UnsupportedError when the model is damaged, or has an operator that a format does not; nodes are
 * named.
 * @throws UsageError when a format is unknown, or the options contradict one another.
 * @throws IoError when reading or writing fails; AbortedError when the signal fires.
 */
export async function convertOnnx(source: ByteSource, options: ConvertOnnxOptions): Promise<ConvertOnnxReport> {
  const start = performance.now();
  const { resolve, signal, weights = "float32", fold } = options;
  const formats = checkedFormats(options.formats ?? ["tfjs"]);
  const read = await readOnnx(source, { ...(resolve && { resolve }), ...(signal && { signal }) });
  const opened = performance.now();
  const { graph, rewrites } = rewriteAll(read.graph, fold === undefined ? {} : { fold });
  const contract = read.contract && { ...read.contract, weights };
  const built = performance.now();
  const model = contract?.model ?? options.name;
  const { files } = await writeFormats({ graph, contract, name: fileName(model), formats }, options);
  const end = performance.now();
  return {
    model,
    contract,
    files,
    rewrites,
    milliseconds: { open: opened - start, build: built - opened, write: end - built, total: end - start },
  };
}
