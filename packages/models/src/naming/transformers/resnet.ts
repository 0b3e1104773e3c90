import { byRules, hasName, type Naming } from "../naming.ts";
import { configured, requireUnset } from "./settings.ts";

/** transformers' `ResNetForImageClassification`. */
export const resnet: Naming = {
  source: "transformers' ResNet",
  isOf: (tensors) => hasName(tensors, /^(?:resnet\.)?encoder\.stages\.0\.layers\.0\.layer\.0\.convolution\.weight$/u),
  rename: byRules([
    [/^resnet\./u, ""],
    [/^embedder\.embedder\.convolution\./u, "conv1."],
    [/^embedder\.embedder\.normalization\./u, "bn1."],
    [/^encoder\.stages\.(\d+)\.layers\.(\d+)\./u, (_, stage, block) => `layer${Number(stage) + 1}.${block}.`],
    [/\.shortcut\.convolution\./u, ".downsample.0."],
    [/\.shortcut\.normalization\./u, ".downsample.1."],
    [/\.layer\.(\d+)\.convolution\./u, (_, layer) => `.conv${Number(layer) + 1}.`],
    [/\.layer\.(\d+)\.normalization\./u, (_, layer) => `.bn${Number(layer) + 1}.`],
    [/^classifier\.1\./u, "fc."],
  ]),
  architectures: /^resnet\d+$/u,
  settings(_, config) {
    // The stride in the first convolution of a block, or in the first stage: no tensor shows it.
    requireUnset(config, ["downsample_in_bottleneck", "downsample_in_first_stage"]);
    return configured(config, { activations: ["relu"] });
  },
};
