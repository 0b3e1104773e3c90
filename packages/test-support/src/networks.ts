import { readFileSync } from "node:fs";
import { elementCount, type Tensor } from "@samoyed/core";
import { dropIdentities, foldBatchNorm, foldConstants, fusePad, rewriteGraph } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { type Architecture, architectures, buildModel, resnetConfig, type ResNetOptions } from "@samoyed/models";
import { expect } from "vitest";
import { ROOT } from "./paths.ts";
import { seededArray, seededTensors } from "./seeded.ts";

/** A value that timm computed. */
export interface RecordedValue {
  readonly shape: readonly number[];
  /** The error of PyTorch's float32 relative to its float64. */
  readonly noise: number;
  /** All logits; evenly spaced elements of feature maps. */
  readonly values: readonly number[];
}

/** A network that timm computed: a published one by name, or a small one by its configuration. */
export interface RecordedNetwork {
  readonly name: string;
  readonly config?: ResNetOptions;
  readonly published?: string;
  readonly numClasses: number;
  readonly input: readonly [number, number, number, number];
  readonly outputs: Readonly<Record<string, RecordedValue>>;
}

/** A small network that timm computed. */
export type SmallNetwork = RecordedNetwork & { readonly config: ResNetOptions };

const { seed, cases } = JSON.parse(readFileSync(`${ROOT}packages/models/fixtures/networks.json`, "utf8")) as {
  readonly seed: string;
  readonly cases: readonly RecordedNetwork[];
};

/** Every network that tools/oracle/fixtures_models.py recorded, with outputs and taps. */
export const RECORDED_NETWORKS: readonly RecordedNetwork[] = cases;

/** The small networks, which have all features of the published ones. */
export const SMALL_NETWORKS: readonly SmallNetwork[] = cases.flatMap((recorded) =>
  recorded.config === undefined ? [] : [{ ...recorded, config: recorded.config }],
);

/** The policy's tolerance for float32: eight times the reference's own noise. */
export const GATE = 8;

/** A recorded network's architecture. */
export function architectureOf({ config, published }: RecordedNetwork): Architecture {
  return published === undefined ? resnetConfig(config!) : architectures().get(published)!;
}

/** Options of `networkGraph`. */
export interface NetworkGraphOptions {
  /** Whether the graph has the recorded image size or an open one. Default: `"fixed"`. */
  readonly size?: "fixed" | "open";
  /** Default: the recorded one. */
  readonly architecture?: Architecture;
}

/** The graph of a recorded network with the seeded weights, as it is built, with taps. */
export function networkGraph(
  network: RecordedNetwork,
  { size = "fixed", architecture = architectureOf(network) }: NetworkGraphOptions = {},
): Graph {
  const { numClasses, input } = network;
  return buildModel({
    architecture,
    numClasses,
    tensors: seededTensors(architecture, { numClasses, seed }),
    taps: true,
    ...(size === "fixed" && { inputSize: [input[1], input[2], input[3]] }),
  });
}

/** The graph of a small network as written by `convert`: folded, or, with `--no-fold`, plain and for images of any size. */
export function convertedGraph(network: SmallNetwork, kind: "folded" | "plain"): Graph {
  if (kind === "plain") return networkGraph(network, { size: "open" });
  return rewriteGraph(networkGraph(network), [foldConstants, dropIdentities, fusePad, foldBatchNorm]).graph;
}

/** The input that the outputs were recorded for. */
export function networkInput({ input }: RecordedNetwork): Tensor<"float32"> {
  const data = seededArray(seed, "input", { count: elementCount(input), std: 1 });
  return { dtype: "float32", shape: input, data };
}

/** The name of a recorded output among a graph's values. */
export function outputName(name: string, { numClasses }: RecordedNetwork): string {
  return name === "output" ? (numClasses === 0 ? "features" : "logits") : name;
}

/** The largest error of a value, in multiples of PyTorch's own noise; NaN anywhere is infinitely far. */
export function recordedError(tensor: Tensor, { shape, noise, values }: RecordedValue): number {
  expect(tensor.shape).toEqual(shape);
  const count = elementCount(shape);
  const errors = values.map((value, index) => {
    const error = Math.abs(Number(tensor.data[Math.floor((index * count) / values.length)]) - value);
    return Number.isNaN(error) ? Infinity : error;
  });
  return Math.max(...errors) / noise;
}

/** Checks an engine's values against all recorded ones. */
export function expectRecorded(values: ReadonlyMap<string, Tensor>, network: RecordedNetwork): void {
  for (const [name, recorded] of Object.entries(network.outputs)) {
    expect(recordedError(values.get(outputName(name, network))!, recorded), name).toBeLessThanOrEqual(GATE);
  }
}
