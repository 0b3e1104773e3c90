import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { StandInFill } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { configurations } from "./configurations.ts";
import { knownModels } from "../../checkpoints.ts";
import { resnetConfig } from "./config.ts";
import { modelParameters } from "../../architecture.ts";

interface Fixture {
  readonly hashes: Readonly<Record<string, { readonly count: number; readonly sha256: string }>>;
  readonly lists: Readonly<Record<string, readonly (readonly [string, string, readonly number[]])[]>>;
}

/** timm's own `state_dict()`, recorded by tools/oracle/export_models.py. */
const recorded = JSON.parse(
  readFileSync(new URL("../../../fixtures/parameters.json", import.meta.url), "utf8"),
) as Fixture;

function rows(name: string, numClasses = 1000): [string, string, readonly number[]][] {
  const parameters = modelParameters(configurations().get(name)!, { numClasses });
  return [...parameters].map(([parameter, { dtype, shape }]) => [parameter, dtype, shape]);
}

function hash(name: string, numClasses?: number): string {
  const lines = rows(name, numClasses).map(([parameter, dtype, shape]) => `${parameter} ${dtype} ${shape.join(",")}\n`);
  return createHash("sha256").update(lines.join("")).digest("hex");
}

/** timm builds an architecture with the classes of its default tag. */
async function defaultClasses(name: string): Promise<number> {
  return (await knownModels()).models.find((model) => model.name.startsWith(`${name}.`))!.numClasses;
}

describe("modelParameters", () => {
  it("contains every architecture of timm's resnet.py", () => {
    expect([...configurations().keys()]).toEqual(Object.keys(recorded.hashes));
    expect(configurations().size).toBe(82);
  });

  it.each(Object.keys(recorded.hashes))("%s: timm's names, dtypes and shapes, in order", async (name) => {
    expect(rows(name)).toHaveLength(recorded.hashes[name]!.count);
    expect(hash(name, await defaultClasses(name))).toBe(recorded.hashes[name]!.sha256);
  });

  it.each(Object.keys(recorded.lists))("%s: the whole list", (name) => {
    expect(rows(name)).toEqual(recorded.lists[name]);
  });

  it("another list has another hash", () => {
    expect(hash("resnet18", 999)).not.toBe(recorded.hashes["resnet18"]!.sha256);
  });

  it("says how a stand-in fills each tensor", () => {
    const fillOf = (name: string, architecture: string): StandInFill =>
      modelParameters(configurations().get(architecture)!, { numClasses: 10 }).get(name)!.fill;
    const constant = (value: number): StandInFill => ({ kind: "constant", value });
    expect(fillOf("conv1.weight", "resnet50")).toEqual({ kind: "normal", std: Math.sqrt(2 / 147) });
    expect(fillOf("layer1.0.bn2.weight", "resnet50")).toEqual(constant(1));
    expect(fillOf("layer1.0.bn3.weight", "resnet50")).toEqual(constant(0.25));
    expect(fillOf("layer1.0.bn2.weight", "resnet18")).toEqual(constant(0.25));
    expect(fillOf("layer1.0.downsample.1.weight", "resnet50")).toEqual(constant(1));
    expect(fillOf("layer1.0.bn3.bias", "resnet50")).toEqual(constant(0));
    expect(fillOf("bn1.running_mean", "resnet50")).toEqual(constant(0));
    expect(fillOf("bn1.running_var", "resnet50")).toEqual(constant(1));
    expect(fillOf("bn1.num_batches_tracked", "resnet50")).toEqual(constant(0));
    expect(fillOf("layer1.0.se.fc1.bias", "seresnet50")).toEqual(constant(0));
    expect(fillOf("layer1.0.se.conv.weight", "ecaresnet50d")).toEqual({ kind: "normal", std: Math.sqrt(2 / 5) });
    expect(fillOf("fc.weight", "resnet50")).toEqual({ kind: "normal", std: 0.33 });
    expect(fillOf("fc.bias", "resnet50")).toEqual({ kind: "head" });
  });

  it("has no classifier for 0 classes", () => {
    const names = [
      ...modelParameters(resnetConfig({ block: "basic", layers: [1, 1, 1, 1] }), { numClasses: 0 }).keys(),
    ];
    expect(names.filter((name) => name.startsWith("fc"))).toEqual([]);
  });
});
