import { numberedWidths, placesByWidth } from "../mobile-blocks.ts";
import { byRules, hasName, type Naming } from "../naming.ts";
import { configured } from "./settings.ts";

/** transformers' `RegNetForImageClassification`. */
const regnet: Naming = {
  source: "transformers' RegNet",
  isOf: (tensors) =>
    hasName(tensors, /^(?:regnet\.)?encoder\.stages\.0\.layers\.0\.layer\.1\.convolution\.weight$/u) &&
    hasName(tensors, /^regnet\./u),
  rename: byRules([
    [/^regnet\./u, ""],
    [/^embedder\.embedder\.convolution\./u, "stem.conv."],
    [/^embedder\.embedder\.normalization\./u, "stem.bn."],
    [/^encoder\.stages\.(\d+)\.layers\.(\d+)\./u, (_, stage, block) => `s${Number(stage) + 1}.b${Number(block) + 1}.`],
    [/\.shortcut\.convolution\./u, ".downsample.conv."],
    [/\.shortcut\.normalization\./u, ".downsample.bn."],
    [/\.layer\.\d\.attention\.0\./u, ".se.fc1."],
    [/\.layer\.\d\.attention\.2\./u, ".se.fc2."],
    // With squeeze and excitation in third place, the last convolution is in fourth.
    [/\.layer\.([013])\.convolution\./u, (_, layer) => `.conv${layer === "3" ? 3 : Number(layer) + 1}.conv.`],
    [/\.layer\.([013])\.normalization\./u, (_, layer) => `.conv${layer === "3" ? 3 : Number(layer) + 1}.bn.`],
    [/\.layer\.2\.convolution\./u, ".conv3.conv."],
    [/\.layer\.2\.normalization\./u, ".conv3.bn."],
    [/^classifier\.1\./u, "head.fc."],
  ]),
  architectures: /^regnet[xy]_\d+$/u,
  settings: (_, config) => configured(config, { activations: ["relu"] }),
};

/** Whether a block is of the first stage, whose blocks do not expand. */
const isFirst = (block: string): boolean => block.startsWith("blocks.0.");

/** transformers' `EfficientNetForImageClassification`, which pads as TensorFlow does. */
const efficientnet: Naming = {
  source: "transformers' EfficientNet",
  isOf: (tensors) =>
    hasName(tensors, /^(?:efficientnet\.)?encoder\.blocks\.0\.depthwise_conv\.depthwise_conv\.weight$/u),
  rename(tensors) {
    const widthOf = (index: number): number | undefined => {
      const name = `encoder.blocks.${index}.projection.project_conv.weight`;
      return (tensors.get(`efficientnet.${name}`) ?? tensors.get(name))?.shape[0];
    };
    const places = placesByWidth(numberedWidths(widthOf));
    return byRules([
      [/^efficientnet\./u, ""],
      [/^embeddings\.convolution\./u, "conv_stem."],
      [/^embeddings\.batchnorm\./u, "bn1."],
      [/^encoder\.top_conv\./u, "conv_head."],
      [/^encoder\.top_bn\./u, "bn2."],
      [/^encoder\.blocks\.(\d+)\./u, (whole, index) => `${places.get(Number(index)) ?? whole}.`],
      [/\.squeeze_excite\.reduce\./u, ".se.conv_reduce."],
      [/\.squeeze_excite\.expand\./u, ".se.conv_expand."],
      [/\.expansion\.expand_conv\./u, ".conv_pw."],
      [/\.expansion\.expand_bn\./u, ".bn1."],
      [/\.depthwise_conv\.depthwise_conv\./u, ".conv_dw."],
      [/^(.*)\.depthwise_conv\.depthwise_norm\./u, (_, block = "") => `${block}.${isFirst(block) ? "bn1" : "bn2"}.`],
      [/^(.*)\.projection\.project_conv\./u, (_, block = "") => `${block}.${isFirst(block) ? "conv_pw" : "conv_pwl"}.`],
      [/^(.*)\.projection\.project_bn\./u, (_, block = "") => `${block}.${isFirst(block) ? "bn2" : "bn3"}.`],
    ])(tensors);
  },
  architectures: /^tf_efficientnet_b\d$/u,
  settings: (_, config) => {
    const given = config?.["batch_norm_eps"];
    const settings = configured(config, { activations: ["swish", "silu"] });
    return { ...settings, epsilons: [{ paths: /(?:)/u, value: typeof given === "number" ? given : 1e-3 }] };
  },
};

/** transformers' networks of convolutions, besides those in files of their own. */
export const CONVOLUTIONAL: readonly Naming[] = [regnet, efficientnet];
