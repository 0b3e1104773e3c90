import { byRules, hasName, type Naming } from "../naming.ts";

const half = (text: string): number => Math.floor(Number(text) / 2);

/** torchvision's `convnext_*` (0.29, `models/convnext.py`). */
const convnext: Naming = {
  source: "torchvision's ConvNeXt",
  isOf: (tensors) => hasName(tensors, /^features\.1\.0\.layer_scale$/u),
  rename: byRules([
    [/^features\.0\.([01])\./u, "stem.$1."],
    [/^features\.(\d*[13579])\.(\d+)\./u, (_, stage, block) => `stages.${half(stage)}.blocks.${block}.`],
    [/^features\.(\d*[02468])\.([01])\./u, (_, stage, layer) => `stages.${half(stage)}.downsample.${layer}.`],
    [/\.layer_scale$/u, ".gamma"],
    [/\.block\.0\./u, ".conv_dw."],
    [/\.block\.2\./u, ".norm."],
    [/\.block\.3\./u, ".mlp.fc1."],
    [/\.block\.5\./u, ".mlp.fc2."],
    [/^classifier\.0\./u, "head.norm."],
    [/^classifier\.2\./u, "head.fc."],
  ]),
  shapes: [(name, shape) => (name.endsWith(".gamma") ? shape.slice(0, 1) : shape)],
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-6 }], assumptions: [] }),
};

/** torchvision's `vit_*` (0.29, `models/vision_transformer.py`). */
const vit: Naming = {
  source: "torchvision's VisionTransformer",
  isOf: (tensors) => hasName(tensors, /^encoder\.layers\.encoder_layer_0\.ln_1\.weight$/u),
  rename: byRules([
    [/^class_token$/u, "cls_token"],
    [/^conv_proj\./u, "patch_embed.proj."],
    [/^encoder\.pos_embedding$/u, "pos_embed"],
    [/^encoder\.ln\./u, "norm."],
    [/^encoder\.layers\.encoder_layer_(\d+)\./u, "blocks.$1."],
    [/\.ln_([12])\./u, ".norm$1."],
    [/\.self_attention\.in_proj_/u, ".attn.qkv."],
    [/\.self_attention\.out_proj\./u, ".attn.proj."],
    [/\.mlp\.(?:0|linear_1)\./u, ".mlp.fc1."],
    [/\.mlp\.(?:3|linear_2)\./u, ".mlp.fc2."],
    [/^heads(?:\.head|\.\d+)?\./u, "head."],
  ]),
  architectures: /^vit_[a-z]+_patch\d+_\d+$/u,
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-6 }], assumptions: [] }),
};

/** torchvision's `swin_t`, `swin_s`, `swin_b` (0.29, `models/swin_transformer.py`). */
const swin: Naming = {
  source: "torchvision's SwinTransformer",
  isOf: (tensors) =>
    hasName(tensors, /^features\.1\.0\.attn\.relative_position_bias_table$/u) && !hasName(tensors, /\.cpb_mlp\./u),
  rename: byRules([
    [/^.*\.relative_position_index$/u, ""],
    [/^features\.0\.0\./u, "patch_embed.proj."],
    [/^features\.0\.2\./u, "patch_embed.norm."],
    [/^features\.(\d+)\.(?=norm\.|reduction\.)/u, (_, layer) => `layers.${half(layer)}.downsample.`],
    [/^features\.(\d+)\.(\d+)\./u, (_, layer, block) => `layers.${half(layer)}.blocks.${block}.`],
    [/\.mlp\.0\./u, ".mlp.fc1."],
    [/\.mlp\.3\./u, ".mlp.fc2."],
    [/^head\./u, "head.fc."],
  ]),
};

/** torchvision's `vgg*` (0.29, `models/vgg.py`), whose first linear layers timm has as convolutions. */
const vgg: Naming = {
  source: "torchvision's VGG",
  isOf: (tensors) => tensors.get("classifier.0.weight")?.shape[1] === 512 * 49 && tensors.has("classifier.3.weight"),
  rename: byRules([
    [/^classifier\.0\./u, "pre_logits.fc1."],
    [/^classifier\.3\./u, "pre_logits.fc2."],
    [/^classifier\.6\./u, "head.fc."],
  ]),
  shapes: [
    (name, shape) => {
      if (name === "pre_logits.fc1.weight") return [shape[0]!, 512, 7, 7];
      return name === "pre_logits.fc2.weight" ? [...shape, 1, 1] : shape;
    },
  ],
};

/** torchvision's `regnet_*` (0.29, `models/regnet.py`). */
const regnet: Naming = {
  source: "torchvision's RegNet",
  isOf: (tensors) => hasName(tensors, /^trunk_output\.block1\.block1-0\.f\.a\.0\.weight$/u),
  rename: byRules([
    [/^trunk_output\.block(\d+)\.block\d+-(\d+)\./u, (_, stage, block) => `s${stage}.b${Number(block) + 1}.`],
    [/^stem\.0\./u, "stem.conv."],
    [/^stem\.1\./u, "stem.bn."],
    [/\.proj\.0\./u, ".downsample.conv."],
    [/\.proj\.1\./u, ".downsample.bn."],
    [/\.f\.se\./u, ".se."],
    [
      /\.f\.([abc])\.([01])\./u,
      (_, layer, part) => `.conv${"abc".indexOf(layer) + 1}.${part === "0" ? "conv" : "bn"}.`,
    ],
    [/^fc\./u, "head.fc."],
  ]),
};

/** torchvision's `densenet*` as published: names from before numbers could not follow a dot (0.29, `models/densenet.py`). */
const densenet: Naming = {
  source: "torchvision's DenseNet",
  isOf: (tensors) => hasName(tensors, /^features\.denseblock1\.denselayer1\.norm\.1\.weight$/u),
  rename: byRules([[/\.(norm|conv)\.([12])\./u, ".$1$2."]]),
};

/** torchvision's networks that are renamed by rules alone. */
export const OTHERS: readonly Naming[] = [convnext, vit, swin, vgg, regnet, densenet];
