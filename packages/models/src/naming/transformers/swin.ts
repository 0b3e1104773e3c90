import { byRules, hasName, type Naming } from "../naming.ts";
import { BLOCK } from "./attention.ts";
import { configured } from "./settings.ts";

/** transformers' `SwinForImageClassification`. */
export const swin: Naming = {
  source: "transformers' Swin",
  isOf: (tensors) =>
    hasName(tensors, /^(?:swin\.)?encoder\.layers\.0\.blocks\.0\.attention\..*relative_position_bias_table$/u),
  rename: byRules([
    [/^swin\./u, ""],
    [/^.*\.relative_position_index$/u, ""],
    [/^embeddings\.mask_token$/u, ""],
    [/^embeddings\.patch_embeddings\.projection\./u, "patch_embed.proj."],
    [/^embeddings\.norm\./u, "patch_embed.norm."],
    // timm has the step to another stage at its start.
    [/^encoder\.layers\.(\d+)\.downsample\./u, (_, stage) => `layers.${Number(stage) + 1}.downsample.`],
    [/^encoder\./u, ""],
    [/\.attention\.(?:self|relative_position_bias)\.(relative_position_bias_table)$/u, ".attn.$1"],
    ...BLOCK,
    [/^layernorm\./u, "norm."],
    [/^classifier\./u, "head.fc."],
  ]),
  architectures: /^swin_[a-z]+_patch4_window\d+_\d+$/u,
  // The norms between stages have PyTorch's default, whatever the configuration says; so has timm.
  settings: (_, config) =>
    configured(config, { epsilon: { value: 1e-5, paths: /\.norm[12]$|^norm$/u }, activations: ["gelu"] }),
};
