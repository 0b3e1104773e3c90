import { readFileSync } from "node:fs";
import { elementCount, type Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { describe, expect, it } from "vitest";
import { type Architecture, architectures, buildModel, resnetConfig, type ResNetOptions } from "../src/index.ts";
import { seededArray, seededTensors } from "./seeded.ts";

interface Recorded {
  readonly shape: readonly number[];
  /** How far PyTorch's float32 is from its float64. */
  readonly noise: number;
  /** The logits whole; of feature maps, elements spread evenly. */
  readonly values: readonly number[];
}

interface Case {
  readonly name: string;
  readonly config?: ResNetOptions;
  readonly published?: string;
  readonly numClasses: number;
  readonly input: readonly [number, number, number, number];
  readonly outputs: Readonly<Record<string, Recorded>>;
}

interface Fixture {
  readonly seed: string;
  readonly cases: readonly Case[];
}

const { seed, cases } = JSON.parse(
  readFileSync(new URL("../fixtures/networks.json", import.meta.url), "utf8"),
) as Fixture;

/** The policy's gate for float32: eight times the reference's own noise. */
const GATE = 8;

function configOf(recorded: Case): Architecture {
  return recorded.published === undefined ? resnetConfig(recorded.config!) : architectures().get(recorded.published)!;
}

async function run(recorded: Case, config: Architecture): Promise<Map<string, Tensor>> {
  const { numClasses, input } = recorded;
  const graph = buildModel({
    architecture: config,
    numClasses,
    tensors: seededTensors(config, { numClasses, seed }),
    taps: true,
    inputSize: [input[1], input[2], input[3]],
  });
  const data = seededArray(seed, "input", { count: elementCount(input), std: 1 });
  return interpret(graph, { input: { dtype: "float32", shape: input, data } });
}

/** The largest error, in multiples of PyTorch's own noise. */
function errorOf(outputs: ReadonlyMap<string, Tensor>, name: string, { shape, noise, values }: Recorded): number {
  const tensor = outputs.get(name === "output" ? (outputs.has("logits") ? "logits" : "features") : name)!;
  expect(tensor.shape, name).toEqual(shape);
  const count = elementCount(shape);
  const errors = values.map((value, index) => {
    const at = Math.floor((index * count) / values.length);
    const error = Math.abs(Number(tensor.data[at]) - value);
    return Number.isNaN(error) ? Infinity : error;
  });
  return Math.max(...errors) / noise;
}

describe("networks computed by timm", () => {
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))("%s", async (_, recorded) => {
    const outputs = await run(recorded, configOf(recorded));
    for (const [name, output] of Object.entries(recorded.outputs)) {
      expect(errorOf(outputs, name, output), name).toBeLessThanOrEqual(GATE);
    }
  });

  // Each changes what one argument means; every one of them must be seen.
  const mutations: readonly (readonly [string, Partial<ResNetOptions>])[] = [
    ["basic", { normEps: 1e-3 }],
    ["basic", { actLayer: "leaky_relu" }],
    ["blur", { aaLayer: "none" }],
    ["average for aliasing", { aaLayer: "none" }],
    ["output stride 16", { outputStride: 32 }],
    ["other epsilon", { normEps: 1e-5 }],
  ];
  it.each(mutations)("%s is not the same with %o", async (name, change) => {
    const recorded = cases.find((candidate) => candidate.name === name)!;
    const outputs = await run(recorded, resnetConfig({ ...recorded.config!, ...change }));
    const [, ...taps] = Object.entries(recorded.outputs);
    const errors = [errorOf(outputs, "output", recorded.outputs["output"]!)];
    for (const [tap, output] of taps) {
      if (String(outputs.get(tap)!.shape) === String(output.shape)) errors.push(errorOf(outputs, tap, output));
    }
    expect(Math.max(...errors)).toBeGreaterThan(GATE);
  });
});
