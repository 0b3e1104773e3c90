import { lazyTensor, UsageError, zeros } from "@samoyed/core";
import { float } from "@samoyed/ir";
import { describe, expect, test } from "vitest";
import { loadArchitecture, modelParameters } from "./architecture.ts";
import type { Assumption } from "./assumption.ts";
import { buildModel } from "./build-model.ts";
import { resnetConfig } from "./families/resnet/config.ts";
import { networkAssumptions, settingsOf, withNetworkSettings } from "./network-assumptions.ts";

const resnet18 = { name: "resnet18", architecture: await loadArchitecture("resnet18") };
const resnet50 = { name: "resnet50", architecture: await loadArchitecture("resnet50") };
const blur = { name: "resnetblur18", architecture: await loadArchitecture("resnetblur18") };
const own = {
  name: "resnet10",
  architecture: resnetConfig({ block: "basic", layers: [1, 1, 1, 1], channels: [8, 8, 8, 8] }),
};

const find = (assumptions: readonly Assumption[], setting: string): Assumption =>
  assumptions.find((assumption) => assumption.setting === setting)!;

describe("networkAssumptions", () => {
  test("what the networks with the same tensors disagree on is assumed, the rest is published", () => {
    const found = networkAssumptions(resnet18, { alternatives: [blur], changed: new Map() });
    expect(find(found, "anti-aliasing")).toEqual({
      setting: "anti-aliasing",
      value: "none",
      origin: "assumed",
      alternatives: [{ option: "--model resnetblur18", value: "blur" }],
    });
    expect(find(found, "activation")).toMatchObject({ value: "relu", origin: "published", source: "resnet18" });
    expect(found.some(({ setting }) => setting === "network")).toBe(false);
  });

  test("of a network that nobody published, everything is assumed, and every setting has an option", () => {
    const found = networkAssumptions(own, { alternatives: [], changed: new Map() });
    expect(found.map(({ origin }) => origin)).toEqual(found.map(() => "assumed"));
    expect(found.every(({ alternatives, setting }) => alternatives[0]!.option.startsWith(`--assume ${setting}=`))).toBe(
      true,
    );
    expect(find(found, "epsilon").value).toBe("1e-5");
    expect(find(found, "stride-in")).toBeUndefined();
  });

  test("what the file or the caller says is not assumed", () => {
    const said = { origin: "file", source: "arch" } as const;
    const changed = new Map([["activation", { origin: "given", source: "--assume" } as const]]);
    const found = networkAssumptions(own, { alternatives: [blur], said, changed });
    expect(find(found, "activation")).toMatchObject({ origin: "given", source: "--assume" });
    expect(find(found, "pooling")).toMatchObject({ origin: "file", source: "arch" });
  });

  test("networks whose differences are not described are alternatives as a whole", async () => {
    const architecture = await loadArchitecture("convnext_atto");
    const [one, two] = ["one", "two"].map((name) => ({ name, architecture }));
    const found = networkAssumptions(one!, { alternatives: [two!], changed: new Map() });
    expect(found[0]).toEqual({
      setting: "network",
      value: "one",
      origin: "assumed",
      alternatives: [{ option: "--model two" }],
    });
    expect(found.slice(1).map(({ setting, value }) => `${setting} ${value}`)).toEqual(["pooling avg", "epsilon 1e-6"]);
    expect(networkAssumptions(one!, { alternatives: [], changed: new Map() })[0]).toMatchObject({
      origin: "published",
    });
  });
});

describe("withNetworkSettings", () => {
  const change = (setting: string, value: string): unknown =>
    withNetworkSettings(resnet50.architecture, new Map([[setting, value]]));

  test.each([
    ["activation", "silu", { actLayer: "silu" }],
    ["anti-aliasing", "blur", { aaLayer: "blur" }],
    ["output-stride", "16", { outputStride: 16 }],
    ["stride-in", "conv1", { strideIn: "conv1" }],
    ["stem-pooling", "none", { stemPool: "none" }],
    ["pooling", "avgmax", { globalPool: "avgmax" }],
    ["epsilon", "1e-3", { normEps: 1e-3 }],
  ])("%s=%s", (setting, value, expected) => {
    expect(change(setting, value)).toEqual({ ...resnet50.architecture, ...expected });
  });

  test.each([
    ["activation", "mish", 'activation got "mish"; expected one of relu, silu'],
    ["activation", "toString", "activation got"],
    ["epsilon", "2", 'epsilon got "2"; expected a number between 0 and 1'],
    ["norm-groups", "32", 'the network has no setting "norm-groups"'],
    ["depth", "2", 'the network has no setting "depth"'],
  ])("%s=%s is refused", (setting, value, message) => {
    expect(() => change(setting, value)).toThrow(UsageError);
    expect(() => change(setting, value)).toThrow(message);
  });

  test.each([
    [
      "convnext_atto",
      "activation",
      "silu",
      "the activation of convnext_atto cannot be chosen; its settings: pooling, epsilon",
    ],
    ["vit_tiny_patch16_224", "pooling", "avg", 'pooling got "avg"; expected one of token'],
    ["regnetx_002", "activation", "mish", 'activation got "mish"; expected one of relu'],
    ["regnetx_002", "epsilon", "2", 'epsilon got "2"; expected a number between 0 and 1'],
  ])("%s with %s=%s is refused", async (name, setting, value, message) => {
    const architecture = await loadArchitecture(name);
    expect(() => withNetworkSettings(architecture, new Map([[setting, value]]))).toThrow(message);
  });

  test("a network of the catalogue has other activations and epsilons in place of its own", async () => {
    const own = await loadArchitecture("regnetx_002");
    expect(settingsOf(own).map(({ setting, value }) => `${setting} ${value}`)).toEqual([
      "activation relu",
      "pooling avg",
      "epsilon 1e-5",
    ]);
    const architecture = withNetworkSettings(
      own,
      new Map([
        ["activation", "silu"],
        ["epsilon", "1e-3"],
      ]),
    );
    expect(settingsOf(architecture).map(({ value }) => value)).toEqual(["silu", "avg", "1e-3"]);
    const tensors = new Map(
      [...modelParameters(own, { numClasses: 5 })].map(([name, { dtype, shape }]) => [
        name,
        lazyTensor(name, zeros(dtype, shape)),
      ]),
    );
    const { nodes } = buildModel({ architecture, numClasses: 5, tensors });
    const count = (op: string): number => nodes.filter((node) => node.op === op).length;
    expect([count("Relu"), count("Sigmoid"), count("Mul")]).toEqual([0, 40, 40]);
    const norms = nodes.filter(({ op }) => op === "BatchNormalization");
    expect(norms.map(({ attributes }) => attributes["epsilon"])).toEqual(norms.map(() => float(1e-3)));
  });
});
