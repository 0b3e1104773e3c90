import { byRules, hasName, type Naming } from "../naming.ts";
import { BLOCK } from "./attention.ts";
import { configured } from "./settings.ts";

/** transformers' `MobileViTForImageClassification`, whose images are in BGR. */
export const mobilevit: Naming = {
  source: "transformers' MobileViT",
  isOf: (tensors) => hasName(tensors, /^(?:mobilevit\.)?conv_1x1_exp\.convolution\.weight$/u),
  rename: byRules([
    [/^mobilevit\./u, ""],
    [/^conv_stem\./u, "stem."],
    [/^conv_1x1_exp\./u, "final_conv."],
    [/^encoder\.layer\.(\d+)\.layer\.(\d+)\./u, "stages.$1.$2."],
    [/^encoder\.layer\.(\d+)\.downsampling_layer\./u, "stages.$1.0."],
    [/^encoder\.layer\.(\d+)\./u, "stages.$1.1."],
    [/\.expand_1x1\./u, ".conv1_1x1."],
    [/\.conv_3x3\./u, ".conv2_kxk."],
    [/\.reduce_1x1\./u, ".conv3_1x1."],
    [/\.conv_projection\./u, ".conv_proj."],
    [/\.fusion\./u, ".conv_fusion."],
    [/\.transformer\.layer\.(\d+)\./u, ".transformer.$1."],
    ...BLOCK,
    [/\.layernorm\./u, ".norm."],
    [/\.conv_1x1\.convolution\./u, ".conv_1x1."],
    [/\.convolution\./u, ".conv."],
    [/\.normalization\./u, ".bn."],
    [/^classifier\./u, "head.fc."],
  ]),
  reversed: "stem.conv.weight",
  settings: (_, config) =>
    configured(config, { epsilon: { value: 1e-5, paths: /\.norm\d?$/u }, activations: ["silu"] }),
};
