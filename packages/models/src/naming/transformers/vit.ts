import { byRules, hasName, type Naming } from "../naming.ts";
import { BLOCK } from "./attention.ts";
import { configured } from "./settings.ts";

/** transformers' ViT and DeiT, distilled or not: `ViTForImageClassification`, `DeiTForImageClassificationWithTeacher`. */
export const vit: Naming = {
  source: "transformers' ViT or DeiT",
  isOf: (tensors) =>
    hasName(tensors, /^(?:(?:vit|deit)\.)?embeddings\.position_embeddings$/u) &&
    hasName(tensors, /^(?:(?:vit|deit)\.)?(?:encoder\.layer|layers)\.0\.layernorm_before\.weight$/u),
  rename: byRules([
    [/^(?:vit|deit)\./u, ""],
    [/^pooler\..*$/u, ""],
    [/^embeddings\.position_embeddings$/u, "pos_embed"],
    [/^embeddings\.cls_token$/u, "cls_token"],
    [/^embeddings\.distillation_token$/u, "dist_token"],
    [/^embeddings\.mask_token$/u, ""],
    [/^embeddings\.patch_embeddings\.projection\./u, "patch_embed.proj."],
    [/^(?:encoder\.layer|layers)\.(\d+)\./u, "blocks.$1."],
    ...BLOCK,
    [/^layernorm\./u, "norm."],
    [/^(?:cls_)?classifier\./u, "head."],
    [/^distillation_classifier\./u, "head_dist."],
  ]),
  architectures: /^(?:vit_[a-z]+|deit_[a-z]+_distilled)_patch\d+_\d+$/u,
  settings: (_, config) => configured(config, { epsilon: { value: 1e-12, paths: /(?:)/u }, activations: ["gelu"] }),
};
