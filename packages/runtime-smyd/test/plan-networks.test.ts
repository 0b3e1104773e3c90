import { readFileSync } from "node:fs";
import { elementCount, type Tensor } from "@samoyed/core";
import { dropIdentities, foldBatchNorm, foldConstants, fusePad, rewriteGraph } from "@samoyed/graph";
import { buildModel, resnetConfig, type ResNetOptions } from "@samoyed/models";
import { describe, expect, it } from "vitest";
import { seededArray, seededTensors } from "../../models/test/seeded.ts";
import { runPlanned } from "./run-plan.ts";

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

const { seed, cases } = JSON.parse(
  readFileSync(new URL("../../models/fixtures/networks.json", import.meta.url), "utf8"),
) as { readonly seed: string; readonly cases: readonly Case[] };

const GATE = 8;
const small = cases.flatMap((recorded) =>
  recorded.config === undefined ? [] : [{ ...recorded, config: recorded.config }],
);

function errorOf(tensor: Tensor, { shape, noise, values }: Recorded): number {
  expect(tensor.shape).toEqual(shape);
  const count = elementCount(shape);
  const errors = values.map((value, index) => {
    const error = Math.abs(Number(tensor.data[Math.floor((index * count) / values.length)]) - value);
    return Number.isNaN(error) ? Infinity : error;
  });
  return Math.max(...errors) / noise;
}

describe.each(["open", "fixed"] as const)("plans of networks, image size %s", (size) => {
  it.each(small)("$name", async ({ config, numClasses, input, outputs }) => {
    const architecture = resnetConfig(config);
    const graph = buildModel({
      architecture,
      numClasses,
      tensors: seededTensors(architecture, { numClasses, seed }),
      taps: true,
      ...(size === "fixed" && { inputSize: [input[1], input[2], input[3]] }),
    });
    const rewritten =
      size === "fixed" ? rewriteGraph(graph, [foldConstants, dropIdentities, fusePad, foldBatchNorm]).graph : graph;
    const data = seededArray(seed, "input", { count: elementCount(input), std: 1 });
    const logits = numClasses === 0 ? "features" : "logits";
    const { values } = await runPlanned(rewritten, { input: { dtype: "float32", shape: input, data } });
    for (const [name, recorded] of Object.entries(outputs)) {
      expect(errorOf(values.get(name === "output" ? logits : name)!, recorded), name).toBeLessThanOrEqual(GATE);
    }
  });
});
