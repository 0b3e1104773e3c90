import type { Shape } from "@samoyed/core";
import { numberedWidths, placesByWidth } from "./mobile-blocks.ts";
import { byRules, hasName, type Naming } from "./naming.ts";

function rowOf(name: string, shape: Shape): Shape {
  return name.includes(".mlp.grn.") ? shape.slice(-1) : shape;
}

/**
 * ConvNeXt and ConvNeXt V2 of their authors (facebookresearch/ConvNeXt, `models/convnext.py`), and MMPretrain's under
 * `backbone.` (1.2, `models/backbones/convnext.py`).
 */
const convnext: Naming = {
  source: "the authors' or MMPretrain's ConvNeXt",
  isOf: (tensors) => hasName(tensors, /^(?:backbone\.)?downsample_layers\.0\.0\.weight$/u),
  rename: byRules([
    [/^head\.(?=weight|bias)/u, "head.fc."],
    [/^backbone\./u, ""],
    [/^downsample_layers\.0\./u, "stem."],
    [/^downsample_layers\.(\d)\./u, "stages.$1.downsample."],
    [/^stages\.(\d)\.(\d+)\./u, "stages.$1.blocks.$2."],
    [/\.(?:dwconv|depthwise_conv)\./u, ".conv_dw."],
    [/\.(?:pwconv|pointwise_conv)([12])\./u, ".mlp.fc$1."],
    [/\.grn\./u, ".mlp.grn."],
    [/^norm3?\./u, "head.norm."],
    [/\.mlp\.grn\.gamma$/u, ".mlp.grn.weight"],
    [/\.mlp\.grn\.beta$/u, ".mlp.grn.bias"],
  ]),
  // timm has linear layers in the larger networks, and convolutions of one pixel in the smaller ones.
  shapes: [rowOf, (name, shape) => (/\.mlp\.fc[12]\.weight$/u.test(name) ? [...shape, 1, 1] : rowOf(name, shape))],
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-6 }], assumptions: [] }),
};

/** Swin of its authors (microsoft/Swin-Transformer, `models/swin_transformer.py`), and of timm before 0.8. */
const swin: Naming = {
  source: "the authors' Swin Transformer",
  isOf: (tensors) =>
    tensors.has("layers.0.downsample.reduction.weight") &&
    hasName(tensors, /^layers\.0\.blocks\.0\.attn\.relative_position_bias_table$/u),
  rename: byRules([
    [/^.*\.(?:attn_mask|relative_position_index)$/u, ""],
    [/^layers\.(\d)\.downsample\./u, (_, stage) => `layers.${Number(stage) + 1}.downsample.`],
    [/^head\.(?=weight|bias)/u, "head.fc."],
  ]),
  architectures: /^swin_[a-z]+_patch4_window\d+_\d+$/u,
};

/** The layers of lukemelas's first blocks, which do not expand, and of the others. */
const FIRST = { _depthwise_conv: "conv_dw", _bn1: "bn1", _project_conv: "conv_pw", _bn2: "bn2" } as const;
const OTHERS = {
  _expand_conv: "conv_pw",
  _bn0: "bn1",
  _depthwise_conv: "conv_dw",
  _bn1: "bn2",
  _project_conv: "conv_pwl",
  _bn2: "bn3",
} as const;
const SQUEEZE = { _se_reduce: "se.conv_reduce", _se_expand: "se.conv_expand" } as const;

/** EfficientNet of lukemelas/EfficientNet-PyTorch (0.7, `model.py`), which pads as TensorFlow does. */
const efficientnet: Naming = {
  source: "EfficientNet-PyTorch's EfficientNet",
  isOf: (tensors) => tensors.has("_conv_stem.weight") && tensors.has("_blocks.0._depthwise_conv.weight"),
  rename(tensors) {
    const widthOf = (index: number): number | undefined =>
      tensors.get(`_blocks.${index}._project_conv.weight`)?.shape[0];
    const places = placesByWidth(numberedWidths(widthOf));
    return byRules([
      [/^_conv_stem\./u, "conv_stem."],
      [/^_bn0\./u, "bn1."],
      [/^_conv_head\./u, "conv_head."],
      [/^_bn1\./u, "bn2."],
      [/^_fc\./u, "classifier."],
      [
        /^_blocks\.(\d+)\.(\w+)\./u,
        (whole, index = "", layer = "") => {
          const isExpanded = tensors.has(`_blocks.${index}._expand_conv.weight`);
          const names: Readonly<Record<string, string>> = { ...SQUEEZE, ...(isExpanded ? OTHERS : FIRST) };
          const [place, name] = [places.get(Number(index)), names[layer]];
          return place === undefined || name === undefined ? whole : `${place}.${name}.`;
        },
      ],
    ])(tensors);
  },
  architectures: /^tf_efficientnet_b\d$/u,
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-3 }], assumptions: [] }),
};

/** Networks of repositories that others copied, under names of their own. */
export const ORIGINALS: readonly Naming[] = [convnext, swin, efficientnet];
