import { type Contract, type ReadOptions, type Sink, UsageError } from "@samoyed/core";
import { MAX_MODEL_BYTES, onnxByteLength, writeOnnx } from "@samoyed/format-onnx";
import { type StoredWeights, writeTfjs, type WriteTfjsOptions } from "@samoyed/format-tfjs";
import { castWeights, type Graph } from "@samoyed/graph";
import { weightBytes } from "./weight-bytes.ts";

/** The formats that a checkpoint can become. */
export type Format = "onnx" | "tfjs";

/** What is particular to TensorFlow.js. */
export type TfjsOptions = Pick<WriteTfjsOptions, "layout" | "groupBudget">;

/** What a format's writer is given besides the graph. */
export interface WriteContext extends ReadOptions {
  /** Absent for a model of somebody else's. */
  readonly contract: Contract | undefined;
  /** The output's name without an ending; the writer adds its own. */
  readonly name: string;
  /** How weights are stored; float32 when absent. */
  readonly weights?: StoredWeights;
  readonly tfjs?: TfjsOptions | undefined;
  /** Opens an output file. Sinks are committed and aborted by the caller, all together. */
  readonly createSink: CreateSink;
}

/** Opens an output file; `bare` is one that does not hold the contract. */
export type CreateSink = (file: string, options?: { readonly bare?: boolean }) => Promise<Sink>;

/** Writes a graph in one format. */
export type FormatWriter = (graph: Graph, context: WriteContext) => Promise<void>;

/**
 * Each format's writer. It puts the contract's JSON, as `encodeContract` gives it, into one of its files, near the
 * beginning or at the end, as plain text: the source's hash is filled in afterwards.
 */
export const FORMAT_WRITERS: Readonly<Record<Format, FormatWriter>> = {
  onnx: writeOnnxFile,
  tfjs: writeTfjsFolder,
};

async function writeOnnxFile(
  graph: Graph,
  { contract, name, weights = "float32", createSink, signal }: WriteContext,
): Promise<void> {
  if (weights !== "float32" && weights !== "float16") {
    throw new UsageError(`weights as ${weights} are not written for ONNX`, {
      hint: "Use float32 or float16, or write for tfjs only.",
    });
  }
  const stored = weights === "float16" ? castWeights(graph, weights) : graph;
  const file = `${name}.onnx`;
  const sink = await createSink(file);
  const common = { ...(contract && { contract }), ...(signal && { signal }) };
  if (fitsOneFile(stored, common)) {
    await writeOnnx(stored, { sink, ...common });
  } else {
    const dataFile = `${file}.data`;
    const external = { name: dataFile, sink: await createSink(dataFile) };
    await writeOnnx(stored, { sink, external, ...common });
  }
}

async function writeTfjsFolder(
  graph: Graph,
  { contract, name, weights = "float32", tfjs, createSink, signal }: WriteContext,
): Promise<void> {
  await writeTfjs(graph, {
    createSink: (file) => createSink(`${name}.tfjs/${file}`, { bare: file !== "model.json" }),
    weights,
    ...tfjs,
    ...(contract && { contract }),
    ...(signal && { signal }),
  });
}

/** Models beyond this are measured exactly: the rest of an ONNX file is far smaller than the difference to 2 GiB. */
const MAX_UNMEASURED_BYTES = 2 ** 30;

function fitsOneFile(graph: Graph, options: { readonly contract?: Contract }): boolean {
  return weightBytes(graph) <= MAX_UNMEASURED_BYTES || onnxByteLength(graph, options) <= MAX_MODEL_BYTES;
}

/** The formats' names. */
export const FORMATS: readonly Format[] = Object.keys(FORMAT_WRITERS) as Format[];
