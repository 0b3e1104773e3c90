import { readFileSync } from "node:fs";
import { elementCount, type Tensor } from "@samoyed/core";
import { dropIdentities, foldBatchNorm, foldConstants, fusePad, rewriteGraph } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { buildModel, resnetConfig, type ResNetOptions } from "@samoyed/models";
import { expect } from "vitest";
import { seededArray, seededTensors } from "../../models/test/seeded.ts";

interface Recorded {
  readonly shape: readonly number[];
  readonly noise: number;
  readonly values: readonly number[];
}

interface Case {
  readonly name: string;
  readonly config?: ResNetOptions;
  readonly numClasses: number;
  readonly input: readonly [number, number, number, number];
  readonly outputs: Readonly<Record<string, Recorded>>;
}

/** A small network that timm computed. */
export type SmallNetwork = Case & { readonly config: ResNetOptions };

const { seed, cases } = JSON.parse(
  readFileSync(new URL("../../models/fixtures/networks.json", import.meta.url), "utf8"),
) as { readonly seed: string; readonly cases: readonly Case[] };

/** Every small network of packages/models, with outputs and taps that the oracle recorded. */
export const SMALL_NETWORKS: readonly SmallNetwork[] = cases.flatMap((recorded) =>
  recorded.config === undefined ? [] : [{ ...recorded, config: recorded.config }],
);

/** The policy's gate for float32: eight times the reference's own noise. */
const GATE = 8;

/** The network as convert writes it by default, or as it is with `--no-fold` and images of any size. */
export function networkGraph({ config, numClasses, input }: SmallNetwork, kind: "folded" | "plain"): Graph {
  const architecture = resnetConfig(config);
  const graph = buildModel({
    architecture,
    numClasses,
    tensors: seededTensors(architecture, { numClasses, seed }),
    taps: true,
    ...(kind === "folded" && { inputSize: [input[1], input[2], input[3]] }),
  });
  return kind === "folded" ? rewriteGraph(graph, [foldConstants, dropIdentities, fusePad, foldBatchNorm]).graph : graph;
}

/** The input that the outputs were recorded for. */
export function networkInput({ input }: SmallNetwork): Tensor<"float32"> {
  const data = seededArray(seed, "input", { count: elementCount(input), std: 1 });
  return { dtype: "float32", shape: input, data };
}

/** Holds all recorded values against what a runtime gives. */
export function expectRecorded(values: ReadonlyMap<string, Tensor>, { outputs, numClasses }: SmallNetwork): void {
  for (const [name, recorded] of Object.entries(outputs)) {
    const found = values.get(name === "output" ? (numClasses === 0 ? "features" : "logits") : name)!;
    expect(errorOf(found, recorded), name).toBeLessThanOrEqual(GATE);
  }
}

function errorOf(tensor: Tensor, { shape, noise, values }: Recorded): number {
  expect(tensor.shape).toEqual(shape);
  const count = elementCount(shape);
  const errors = values.map((value, index) => {
    const error = Math.abs(Number(tensor.data[Math.floor((index * count) / values.length)]) - value);
    return Number.isNaN(error) ? Infinity : error;
  });
  return Math.max(...errors) / noise;
}
