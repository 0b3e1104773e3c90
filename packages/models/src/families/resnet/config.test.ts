import { UsageError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { resnetConfig, type ResNetOptions } from "./config.ts";
import { modelParameters } from "../../architecture.ts";

const BASE: ResNetOptions = { block: "bottleneck", layers: [1, 1, 1, 1] };

describe("resnetConfig", () => {
  it("uses timm's defaults", () => {
    expect(resnetConfig(BASE)).toMatchObject({
      family: "resnet",
      block: ["bottleneck", "bottleneck", "bottleneck", "bottleneck"],
      channels: [64, 128, 256, 512],
      cardinality: 1,
      baseWidth: 64,
      stemType: "plain",
      actLayer: "relu",
      normEps: 1e-5,
      outputStride: 32,
    });
  });

  it.each([
    [{ layers: [1, 1, 1] }, "ResNet layers: got 3 stages; expected 4"],
    [{ layers: [1, 0, 1, 1] }, "ResNet layers: got 0; expected integers from 1 to 1000"],
    [{ layers: [1, 1e9, 1, 1] }, "ResNet layers: got 1000000000; expected integers from 1 to 1000"],
    [{ channels: [64, 128, 2.5, 512] }, "ResNet channels: got 2.5; expected integers from 1 to 1048576"],
    [{ cardinality: Number.NaN }, "ResNet cardinality: got NaN; expected integers from 1 to 1048576"],
    [{ block: "basic", cardinality: 2 }, "got cardinality 2, base width 64; expected 1 and 64"],
  ] as const)("refuses %o", (change, message) => {
    const attempt = () => resnetConfig({ ...BASE, ...change });
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
  });

  it("refuses group norm of channels that 32 groups do not divide", () => {
    const config = resnetConfig({ ...BASE, channels: [60, 64, 64, 64], normLayer: "groupnorm" });
    expect(() => modelParameters(config, { numClasses: 1 })).toThrow(
      "layer1.0.bn1: 60 channels do not divide into group norm's 32 groups",
    );
  });

  it("refuses groups that do not divide the channels when the network is planned", () => {
    const config = resnetConfig({ ...BASE, cardinality: 6, baseWidth: 16, blockReduceFirst: 5 });
    expect(() => modelParameters(config, { numClasses: 1 })).toThrow(
      "layer1.0.conv2: no convolution from 19 to 96 channels has 6 groups",
    );
  });
});
