import { interpret } from "@samoyed/graph";
import {
  expectRecorded,
  GATE,
  networkGraph,
  networkInput,
  outputName,
  RECORDED_NETWORKS,
  recordedError,
} from "@samoyed/test-support/networks";
import { describe, expect, it } from "vitest";
import { resnetConfig, type ResNetOptions } from "../src/index.ts";

describe("networks computed by timm", () => {
  it.each(RECORDED_NETWORKS)("$name", async (network) => {
    expectRecorded(await interpret(networkGraph(network), { input: networkInput(network) }), network);
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
    const network = RECORDED_NETWORKS.find((candidate) => candidate.name === name)!;
    const architecture = resnetConfig({ ...network.config!, ...change });
    const values = await interpret(networkGraph(network, { architecture }), { input: networkInput(network) });
    const errors = Object.entries(network.outputs).flatMap(([output, recorded]) => {
      const value = values.get(outputName(output, network))!;
      // A tap of another shape is another network, too, but not what is shown here.
      return String(value.shape) === String(recorded.shape) ? [recordedError(value, recorded)] : [];
    });
    expect(Math.max(...errors)).toBeGreaterThan(GATE);
  });
});
