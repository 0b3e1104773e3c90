import { byRules, hasName, type Naming } from "../naming.ts";
import { BLOCK } from "./attention.ts";
import { configured } from "./settings.ts";

/** transformers' `BeitForImageClassification` with tables of relative positions. */
const beit: Naming = {
  source: "transformers' BEiT",
  isOf: (tensors) => hasName(tensors, /^(?:beit\.)?encoder\.layer\.0\.lambda_1$/u),
  rename: byRules([
    [/^beit\./u, ""],
    [/^.*\.relative_position_index$/u, ""],
    [/^embeddings\.mask_token$/u, ""],
    [/^embeddings\.cls_token$/u, "cls_token"],
    [/^embeddings\.patch_embeddings\.projection\./u, "patch_embed.proj."],
    [/^encoder\.layer\.(\d+)\./u, "blocks.$1."],
    [/\.attention\.attention\.relative_position_bias\.(relative_position_bias_table)$/u, ".attn.$1"],
    [/\.attention\.attention\.query\.bias$/u, ".attn.q_bias"],
    [/\.attention\.attention\.value\.bias$/u, ".attn.v_bias"],
    ...BLOCK,
    [/\.lambda_([12])$/u, ".gamma_$1"],
    [/^pooler\.layernorm\./u, "fc_norm."],
    [/^classifier\./u, "head."],
  ]),
  architectures: /^beit_[a-z]+_patch16_\d+$/u,
  settings: (_, config) => configured(config, { epsilon: { value: 1e-12, paths: /(?:)/u }, activations: ["gelu"] }),
};

/** transformers' `Dinov2Model`; its classifier takes more than timm's. */
const dinov2: Naming = {
  source: "transformers' DINOv2",
  isOf: (tensors) => hasName(tensors, /^(?:dinov2\.)?encoder\.layer\.0\.layer_scale1\.lambda1$/u),
  rename: byRules([
    [/^dinov2\./u, ""],
    [/^embeddings\.mask_token$/u, ""],
    [/^embeddings\.position_embeddings$/u, "pos_embed"],
    [/^embeddings\.cls_token$/u, "cls_token"],
    [/^embeddings\.patch_embeddings\.projection\./u, "patch_embed.proj."],
    [/^encoder\.layer\.(\d+)\./u, "blocks.$1."],
    ...BLOCK,
    [/\.layer_scale([12])\.lambda1$/u, ".ls$1.gamma"],
    [/^layernorm\./u, "norm."],
    [/^classifier\./u, "head."],
  ]),
  architectures: /^vit_[a-z]+_patch14_dinov2$/u,
  settings: (_, config) => configured(config, { epsilon: { value: 1e-6, paths: /(?:)/u }, activations: ["gelu"] }),
};

/** transformers' `PvtV2ForImageClassification`. */
const pvtV2: Naming = {
  source: "transformers' PVT v2",
  isOf: (tensors) => hasName(tensors, /^(?:pvt_v2\.)?encoder\.layers\.0\.patch_embedding\.proj\.weight$/u),
  rename: byRules([
    [/^pvt_v2\./u, ""],
    [/^encoder\.layers\.0\.patch_embedding\.layer_norm\./u, "patch_embed.norm."],
    [/^encoder\.layers\.0\.patch_embedding\./u, "patch_embed."],
    [/^encoder\.layers\.(\d)\.patch_embedding\.layer_norm\./u, "stages.$1.downsample.norm."],
    [/^encoder\.layers\.(\d)\.patch_embedding\./u, "stages.$1.downsample."],
    [/^encoder\.layers\.(\d)\.layer_norm\./u, "stages.$1.norm."],
    [/^encoder\.layers\.(\d)\./u, "stages.$1."],
    [/\.layer_norm_([12])\./u, ".norm$1."],
    [/\.attention\.query\./u, ".attn.q."],
    [/\.attention\.key\.(\w+)$/u, ".attn.kv.$1#0"],
    [/\.attention\.value\.(\w+)$/u, ".attn.kv.$1#1"],
    [/\.attention\.proj\./u, ".attn.proj."],
    [/\.attention\.spatial_reduction\./u, ".attn.sr."],
    [/\.attention\.layer_norm\./u, ".attn.norm."],
    [/\.mlp\.dense([12])\./u, ".mlp.fc$1."],
    [/\.mlp\.dwconv\.dwconv\./u, ".mlp.dwconv."],
    [/^classifier\./u, "head."],
  ]),
  architectures: /^pvt_v2_b\d$/u,
  settings: (_, config) => configured(config, { epsilon: { value: 1e-6, paths: /(?:)/u }, activations: ["gelu"] }),
};

/** transformers' networks of attention, besides those in files of their own. */
export const ATTENTIONAL: readonly Naming[] = [beit, dinov2, pvtV2];
