import type { Shape } from "@samoyed/core";
import { byRules, hasName, type Naming } from "../naming.ts";
import { configured } from "./settings.ts";

function rowOf(name: string, shape: Shape): Shape {
  return name.includes(".mlp.grn.") ? shape.slice(-1) : shape;
}

/** transformers' ConvNeXt and ConvNeXt V2: `ConvNextForImageClassification`, `ConvNextV2ForImageClassification`. */
export const convnext: Naming = {
  source: "transformers' ConvNeXt",
  isOf: (tensors) => hasName(tensors, /^(?:convnext(?:v2)?\.)?encoder\.stages\.0\.layers\.0\.dwconv\.weight$/u),
  rename: byRules([
    [/^convnext(?:v2)?\./u, ""],
    [/^embeddings\.patch_embeddings\./u, "stem.0."],
    [/^embeddings\.layernorm\./u, "stem.1."],
    [/^encoder\.stages\.(\d+)\.layers\.(\d+)\./u, "stages.$1.blocks.$2."],
    [/^encoder\.stages\.(\d+)\.downsampling_layer\./u, "stages.$1.downsample."],
    [/\.dwconv\./u, ".conv_dw."],
    [/(?<=^stages\..*)\.layernorm\./u, ".norm."],
    [/\.pwconv([12])\./u, ".mlp.fc$1."],
    [/\.grn\./u, ".mlp.grn."],
    [/\.layer_scale_parameter$/u, ".gamma"],
    [/^layernorm\./u, "head.norm."],
    [/^classifier\./u, "head.fc."],
  ]),
  // timm has linear layers in the larger networks, and convolutions of one pixel in the smaller ones.
  shapes: [rowOf, (name, shape) => (/\.mlp\.fc[12]\.weight$/u.test(name) ? [...shape, 1, 1] : rowOf(name, shape))],
  settings: (_, config) =>
    configured(config, {
      epsilon: { value: 1e-12, paths: /^head\.norm$/u, others: 1e-6 },
      activations: ["gelu"],
    }),
};
