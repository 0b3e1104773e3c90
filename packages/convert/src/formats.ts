import type { Contract, ReadOptions, Sink } from "@samoyed/core";
import { MAX_MODEL_BYTES, onnxByteLength, writeOnnx } from "@samoyed/format-onnx";
import type { Graph } from "@samoyed/graph";

/** The formats that a checkpoint can become. */
export type Format = "onnx";

/** What a format's writer is given besides the graph. */
export interface WriteContext extends ReadOptions {
  readonly contract: Contract;
  /** The output's name without an ending; the writer adds its own. */
  readonly name: string;
  /** Opens an output file. Sinks are committed and aborted by the caller, all together. */
  readonly createSink: (file: string) => Promise<Sink>;
}

/** Writes a graph in one format. */
export type FormatWriter = (graph: Graph, context: WriteContext) => Promise<void>;

/**
 * Each format's writer. It puts the contract's JSON, as `encodeContract` gives it, into one of its files, near the
 * beginning or at the end, as plain text: the source's hash is filled in afterwards.
 */
export const FORMAT_WRITERS: Readonly<Record<Format, FormatWriter>> = {
  onnx: writeOnnxFile,
};

async function writeOnnxFile(graph: Graph, { contract, name, createSink, signal }: WriteContext): Promise<void> {
  const file = `${name}.onnx`;
  const sink = await createSink(file);
  const reading = signal === undefined ? {} : { signal };
  if (onnxByteLength(graph, { contract }) <= MAX_MODEL_BYTES) {
    await writeOnnx(graph, { sink, contract, ...reading });
  } else {
    const dataFile = `${file}.data`;
    const external = { name: dataFile, sink: await createSink(dataFile) };
    await writeOnnx(graph, { sink, contract, external, ...reading });
  }
}

/** The formats' names. */
export const FORMATS: readonly Format[] = Object.keys(FORMAT_WRITERS) as Format[];
