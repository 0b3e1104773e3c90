import { crc32, type Sink } from "@samoyed/core";
import {
  type CreateSink,
  castWeights,
  countStorage,
  describeGraph,
  type Format,
  type KeptFiles,
  openKept,
  readGraphWeights,
  type ReadModelOptions,
  weightBytes,
  withFiles,
  type PrepareContext,
  type PreparedModel,
} from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import type { OnnxModel } from "./read-onnx.ts";
import type { WriteOnnxOptions } from "./write-onnx.ts";

/** Weights above this size are measured exactly: the rest of an ONNX file is far smaller than the difference to 2 GiB. */
const MAX_UNMEASURED_BYTES = 2 ** 30;

/** ONNX: one file, and for models of more than 2 GiB a second one with the weights. */
export const onnxFormat: Format = {
  name: "onnx",
  title: "ONNX",
  noun: "an ONNX model",
  ending: ".onnx",
  weights: ["float32", "float16"],
  options: [],
  prepare,
  read: (files, { signal, sizes, values }) =>
    openKept(files, {
      signal,
      work: ({ open }) => readModel(open, { signal, sizes, values }),
    }),
  describe: (files, { signal }) =>
    withFiles(files, {
      signal,
      async work({ open }) {
        const { graph, contract } = await readModel(open, { signal });
        const { opset } = graph;
        return { ...describeGraph(graph), format: `ONNX, opset ${opset}`, contract, facts: { opset } };
      },
    }),
  isOwnFile: isOwnData,
  readWeights: (files, options) =>
    withFiles(files, {
      signal: options.signal,
      async work({ open }) {
        const { graph } = await readModel(open, { signal: options.signal });
        await readGraphWeights(graph, options);
      },
    }),
};

/**
 * Opens the second file of a model. Its name has a checksum of its bytes where sinks can be renamed: a model that
 * replaces another one never writes into the weights of the old one.
 */
async function contentNamed(entry: string, createSink: CreateSink): Promise<NonNullable<WriteOnnxOptions["external"]>> {
  const plain = `${entry}.data`;
  const sink = await createSink(plain);
  if (sink.rename === undefined) return { name: plain, sink };
  let crc = 0;
  const counted: Sink = {
    get position(): number {
      return sink.position;
    },
    async write(bytes) {
      crc = crc32(bytes, crc);
      await sink.write(bytes);
    },
    patch: (offset, bytes) => sink.patch(offset, bytes),
    commit: () => sink.commit(),
    abort: () => sink.abort(),
  };
  const name = (): string => {
    const named = `${entry}-${crc.toString(16).padStart(8, "0")}.data`;
    sink.rename!(named);
    return named;
  };
  return { name, sink: counted };
}

/** Names that only second files of ours have, of the model at an entry. */
function isOwnData(entry: string, file: string): boolean {
  return file.startsWith(`${entry}-`) && /^[0-9a-f]{8}\.data$/u.test(file.slice(entry.length + 1));
}

async function readModel(open: KeptFiles["open"], options: ReadModelOptions): Promise<OnnxModel> {
  const { readOnnx } = await import("./read-onnx.ts");
  return readOnnx(await open(""), { resolve: open, ...options });
}

async function prepare(graph: Graph, { contract, weights }: PrepareContext): Promise<PreparedModel> {
  const { MAX_MODEL_BYTES, onnxByteLength, writeOnnx } = await import("./write-onnx.ts");
  const stored = weights === "float16" ? castWeights(graph, weights) : graph;
  return {
    refusals: [],
    storage: countStorage(Array.from(stored.initializers.values(), ({ dtype }) => dtype)),
    async write({ name, createSink, signal }) {
      const entry = `${name}.onnx`;
      const sink = await createSink(entry);
      const common = { sink, ...(contract && { contract }), signal };
      const fitsOneFile =
        weightBytes(stored) <= MAX_UNMEASURED_BYTES ||
        onnxByteLength(stored, { ...(contract && { contract }) }) <= MAX_MODEL_BYTES;
      if (fitsOneFile) return { entry, ...(await writeOnnx(stored, common)) };
      const external = await contentNamed(entry, createSink);
      return { entry, ...(await writeOnnx(stored, { ...common, external })) };
    },
  };
}
