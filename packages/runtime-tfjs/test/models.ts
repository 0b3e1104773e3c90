import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";
import {
  type Contract,
  lazyTensor,
  memorySink,
  type MemorySink,
  memorySource,
  parseNpy,
  type PreprocessConfig,
  type Tensor,
} from "@samoyed/core";
import { writeTfjs, type WriteTfjsOptions } from "@samoyed/format-tfjs";
import {
  createBuilder,
  dropIdentities,
  foldBatchNorm,
  foldConstants,
  type Graph,
  int,
  ints,
  rewriteGraph,
} from "@samoyed/graph";
import { buildModel, identifyModel } from "@samoyed/models";
import { preprocessImage } from "@samoyed/preprocess";

/** A path in the repository's golden data. */
export function golden(path: string): string {
  return fileURLToPath(new URL(`../../../golden/${path}`, import.meta.url));
}

/** A new folder that the system clears away. */
export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "samoyed-tfjs-"));
}

export type WriteOptions = Omit<WriteTfjsOptions, "createSink">;

/** Writes a graph as a model, in memory. */
export async function modelFiles(graph: Graph, options: WriteOptions = {}): Promise<Map<string, Uint8Array>> {
  const sinks = new Map<string, MemorySink>();
  await writeTfjs(graph, {
    ...options,
    createSink: async (file) => {
      const sink = memorySink();
      sinks.set(file, sink);
      return sink;
    },
  });
  for (const sink of sinks.values()) await sink.commit();
  return new Map(Array.from(sinks, ([file, sink]) => [file, sink.bytes()]));
}

/** Writes a graph as a model into a new folder, and returns the path of model.json. */
export async function writeModel(graph: Graph, options: WriteOptions = {}): Promise<string> {
  return writeFiles(await modelFiles(graph, options));
}

export async function writeFiles(files: ReadonlyMap<string, Uint8Array | string>): Promise<string> {
  const folder = await newFolder();
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
  return join(folder, "model.json");
}

/** Values between -1 and 1 that differ from place to place. */
export function wave(shape: readonly number[], phase = 0): Tensor<"float32"> {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + phase)) };
}

/** What the tiny classifier is. */
export const TINY: Contract = {
  version: 1,
  model: "tiny.fixture",
  task: "logits",
  input: "input",
  output: "logits",
  preprocess: {
    inputSize: [3, 8, 8],
    interpolation: "bicubic",
    cropPct: 1,
    cropMode: "center",
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  labels: ["circle", "square", "star", "ring"],
  weights: "float32",
  generator: "samoyed test",
};

/** A classifier with a grouped convolution, of few weights: conv, grouped conv, relu, pool, linear. */
export function tinyGraph({ groups = 4, channels = 16 }: { groups?: number; channels?: number } = {}): Graph {
  const builder = createBuilder({ name: "tiny" });
  const weight = (name: string, shape: number[], phase: number): string =>
    builder.initializer(lazyTensor(name, wave(shape, phase)));
  const input = builder.input("input", "float32", ["N", 3, 8, 8]);
  const conv = builder.node(
    "Conv",
    [input, weight("conv.weight", [channels, 3, 3, 3], 1), weight("conv.bias", [channels], 2)],
    {
      name: "conv",
      attributes: { pads: ints([1, 1, 1, 1]) },
    },
  );
  const relu = builder.node("Relu", [conv], { name: "relu" });
  const grouped = builder.node("Conv", [relu, weight("grouped.weight", [channels, channels / groups, 3, 3], 3)], {
    name: "grouped",
    attributes: { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]), group: int(groups) },
  });
  const again = builder.node("Relu", [grouped], { name: "again" });
  const pool = builder.node("GlobalAveragePool", [again], { name: "pool" });
  const flat = builder.node("Flatten", [pool], { name: "features" });
  const logits = builder.node("Gemm", [flat, weight("fc.weight", [4, channels], 4), weight("fc.bias", [4], 5)], {
    name: "fc",
    attributes: { transB: int(1) },
    outputs: ["logits"],
  });
  builder.output(logits);
  return builder.finish();
}

interface ShapesCase {
  readonly preprocess: PreprocessConfig;
  readonly labels: readonly string[];
  readonly images: readonly { readonly path: string; readonly label: number }[];
  readonly references: readonly { readonly kind: string; readonly noise: { readonly max: number } }[];
}

/** The network trained on drawn shapes, its images, and what PyTorch gives for them. */
export async function trainedShapes(): Promise<{
  readonly graph: Graph;
  readonly contract: Contract;
  readonly images: readonly Tensor<"float32">[];
  readonly logits: Float64Array;
  readonly noise: number;
}> {
  const shapes = JSON.parse(await readFile(golden("cases/shapes/case.json"), "utf8")) as ShapesCase;
  const checkpoint = await openCheckpoint(memorySource(await readFile(golden("trained/shapes.pth")), "shapes.pth"));
  const { tensors } = stateDict(checkpoint);
  const { architecture, numClasses, name } = identifyModel(tensors);
  const built = buildModel({ architecture, numClasses, tensors, inputSize: shapes.preprocess.inputSize });
  const graph = rewriteGraph(built, [foldConstants, dropIdentities, foldBatchNorm]).graph;
  const images: Tensor<"float32">[] = [];
  for (const { path } of shapes.images) {
    images.push(preprocessImage(await readFile(golden(`cases/shapes/${path}`)), shapes.preprocess).tensor);
  }
  const contract: Contract = { ...TINY, model: name, preprocess: shapes.preprocess, labels: shapes.labels };
  const logits = parseNpy(await readFile(golden("cases/shapes/logits64.npy"))).data as Float64Array;
  const recorded = shapes.references.find(({ kind }) => kind === "recorded")!;
  return { graph, contract, images, logits, noise: recorded.noise.max };
}
