import { type Contract, elementCount, lazyTensor, memorySink, type Tensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { type Graph, int, ints } from "@samoyed/ir";
import { type WriteSmydOptions, writeSmyd } from "../../format-smyd/src/index.ts";

/** A graph as the bytes of a file. */
export async function smydBytes(graph: Graph, options: Omit<WriteSmydOptions, "sink"> = {}): Promise<Uint8Array> {
  const sink = memorySink();
  await writeSmyd(graph, { sink, ...options });
  await sink.commit();
  return sink.bytes();
}

/** Values between -1 and 1 that differ from place to place. */
export function wave(shape: readonly number[], phase = 0): Tensor<"float32"> {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 1.7 + phase));
  return { dtype: "float32", shape, data };
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

/** A classifier with a grouped convolution, of few weights; the values are named as the nodes are. */
export function tinyGraph({ size = 8 }: { readonly size?: number | "open" } = {}): Graph {
  const b = createBuilder({ name: "tiny" });
  const weight = (name: string, shape: number[], phase: number): string =>
    b.initializer(lazyTensor(name, wave(shape, phase)));
  const image = size === "open" ? ["H", "W"] : [size, size];
  const input = b.input("input", "float32", ["N", 3, ...image]);
  const conv = b.node("Conv", [input, weight("conv.weight", [16, 3, 3, 3], 1), weight("conv.bias", [16], 2)], {
    name: "conv",
    attributes: { pads: ints([1, 1, 1, 1]) },
  });
  const relu = b.node("Relu", [conv], { name: "relu" });
  const grouped = b.node("Conv", [relu, weight("grouped.weight", [16, 4, 3, 3], 3)], {
    name: "grouped",
    attributes: { pads: ints([1, 1, 1, 1]), group: int(4) },
  });
  const sum = b.node("Add", [grouped, relu], { name: "sum" });
  const again = b.node("Relu", [sum], { name: "again" });
  const pool = b.node("GlobalAveragePool", [again], { name: "pool" });
  const flat = b.node("Flatten", [pool], { name: "features" });
  const logits = b.node("Gemm", [flat, weight("fc.weight", [4, 16], 4), weight("fc.bias", [4], 5)], {
    name: "fc",
    attributes: { transB: int(1) },
    outputs: ["logits"],
  });
  b.output(logits);
  return b.finish();
}

/** The largest difference of two arrays, in terms of what is wanted at the most; NaN anywhere is infinitely far. */
export function relativeError(found: ArrayLike<number | bigint>, wanted: ArrayLike<number | bigint>): number {
  const largest = Array.from(wanted, Number).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return distance(found, wanted) / largest;
}

/** The largest difference of two arrays; NaN anywhere is infinitely far. */
export function distance(found: ArrayLike<number | bigint>, wanted: ArrayLike<number | bigint>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const differences = Array.from(found, (value, index) => Math.abs(Number(value) - Number(wanted[index])));
  return differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...differences);
}
