import type { Contract } from "@samoyed/core";
import {
  castWeights,
  describeGraph,
  type Format,
  openKept,
  readGraphWeights,
  weightBytes,
  withFiles,
  type WriteContext,
  type WrittenModel,
} from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { readOnnx } from "./read-onnx.ts";
import { MAX_MODEL_BYTES, onnxByteLength, writeOnnx } from "./write-onnx.ts";

/** ONNX: one file, and for models of more than 2 GiB a second one with the weights. */
export const onnxFormat: Format = {
  name: "onnx",
  title: "ONNX",
  noun: "an ONNX model",
  ending: ".onnx",
  weights: ["float32", "float16"],
  options: [],
  write,
  read: (files, { signal, sizes }) =>
    openKept(files, {
      signal,
      work: async ({ open }) => readOnnx(await open(""), { resolve: open, signal, sizes }),
    }),
  describe: (files, { signal }) =>
    withFiles(files, {
      signal,
      async work({ open }) {
        const { graph, contract } = await readOnnx(await open(""), { resolve: open, signal });
        const { opset } = graph;
        return { ...describeGraph(graph), format: `ONNX, opset ${opset}`, contract, facts: { opset } };
      },
    }),
  readWeights: (files, options) =>
    withFiles(files, {
      signal: options.signal,
      async work({ open }) {
        const { graph } = await readOnnx(await open(""), { resolve: open, signal: options.signal });
        await readGraphWeights(graph, options);
      },
    }),
};

async function write(
  graph: Graph,
  { contract, name, weights, createSink, signal }: WriteContext,
): Promise<WrittenModel> {
  const stored = weights === "float16" ? castWeights(graph, weights) : graph;
  const entry = `${name}.onnx`;
  const sink = await createSink(entry);
  const common = { sink, ...(contract && { contract }), signal };
  if (fitsOneFile(stored, contract)) return { entry, ...(await writeOnnx(stored, common)) };
  const dataFile = `${entry}.data`;
  const external = { name: dataFile, sink: await createSink(dataFile) };
  return { entry, ...(await writeOnnx(stored, { ...common, external })) };
}

/** Weights above this size are measured exactly: the rest of an ONNX file is far smaller than the difference to 2 GiB. */
const MAX_UNMEASURED_BYTES = 2 ** 30;

function fitsOneFile(graph: Graph, contract: Contract | undefined): boolean {
  return (
    weightBytes(graph) <= MAX_UNMEASURED_BYTES ||
    onnxByteLength(graph, { ...(contract && { contract }) }) <= MAX_MODEL_BYTES
  );
}
