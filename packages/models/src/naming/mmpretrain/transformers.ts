import type { LazyTensor } from "@samoyed/core";
import { permuteLast } from "../join-lazy.ts";
import { byRules, hasName, type Naming, type Rule } from "../naming.ts";

/** MMPretrain's perceptron. */
const PERCEPTRON: readonly Rule[] = [
  [/\.ffn\.layers\.0\.0\./u, ".mlp.fc1."],
  [/\.ffn\.layers\.1\./u, ".mlp.fc2."],
];

/** MMPretrain's `VisionTransformer` (1.2, `models/backbones/vision_transformer.py`), DeiT's included. */
const vit: Naming = {
  source: "MMPretrain's VisionTransformer",
  isOf: (tensors) => hasName(tensors, /^backbone\.layers\.0\.ln1\.weight$/u),
  rename: byRules([
    [/^backbone\./u, ""],
    [/^patch_embed\.projection\./u, "patch_embed.proj."],
    [/^layers\.(\d+)\.ln([12])\./u, "blocks.$1.norm$2."],
    [/^layers\.(\d+)\./u, "blocks.$1."],
    ...PERCEPTRON,
    [/^ln1\./u, "norm."],
    [/^head\.layers\.head\./u, "head."],
  ]),
  architectures: /^(?:vit_[a-z]+|deit_[a-z]+)_patch\d+_\d+$/u,
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-6 }], assumptions: [] }),
};

/** Pixels of 2 × 2 in timm's order, by their number in `Unfold`, which goes by rows and has channels first. */
const UNFOLDED = [0, 2, 1, 3] as const;

/** The columns of a merging of patches: timm has all channels of a pixel together, MMPretrain all pixels of a channel. */
function merged(name: string, tensor: LazyTensor): LazyTensor {
  if (!/\.downsample\.(?:norm\.(?:weight|bias)|reduction\.weight)$/u.test(name)) return tensor;
  const channels = tensor.shape.at(-1)! / UNFOLDED.length;
  const order = UNFOLDED.flatMap((pixel) => Array.from({ length: channels }, (_, channel) => 4 * channel + pixel));
  return permuteLast(tensor, order);
}

/** MMPretrain's `SwinTransformer` (`models/backbones/swin_transformer.py`). */
const swin: Naming = {
  source: "MMPretrain's SwinTransformer",
  isOf: (tensors) => hasName(tensors, /^backbone\.stages\.0\.blocks\.0\.attn\.w_msa\.relative_position_bias_table$/u),
  rename: byRules([
    [/^.*\.relative_position_index$/u, ""],
    [/^backbone\./u, ""],
    [/^patch_embed\.projection\./u, "patch_embed.proj."],
    // timm has the step to another stage at its start.
    [/^stages\.(\d)\.downsample\./u, (_, stage) => `layers.${Number(stage) + 1}.downsample.`],
    [/^stages\./u, "layers."],
    [/\.attn\.w_msa\./u, ".attn."],
    ...PERCEPTRON,
    [/^norm3\./u, "norm."],
  ]),
  values: merged,
  architectures: /^swin_[a-z]+_patch4_window\d+_\d+$/u,
};

/** MMPretrain's networks of attention. */
export const MM_TRANSFORMERS: readonly Naming[] = [vit, swin];
