import { renameBlock } from "../mobile-blocks.ts";
import { hasName, type Naming, type Tensors } from "../naming.ts";

/** From B5 on, the last convolution has this many channels. */
const B5_WIDTH = 2048;

function lastStage(tensors: Tensors): number {
  const numbers = [...tensors.keys()].map((name) => Number(/^features\.(\d+)\.0\.weight$/u.exec(name)?.[1] ?? 0));
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

/** torchvision's `efficientnet_b0` … `b7` and `efficientnet_v2_*` (0.29, `models/efficientnet.py`). */
export const efficientnet: Naming = {
  source: "torchvision's EfficientNet",
  isOf: (tensors) => hasName(tensors, /^features\.1\.0\.block\.0\.0\.weight$/u),
  rename(tensors) {
    const names = new Map<string, string>();
    const last = lastStage(tensors);
    const blocks = new Set<string>();
    for (const name of tensors.keys()) {
      const block = /^features\.\d+\.\d+\.(?=block\.)/u.exec(name)?.[0];
      if (block !== undefined) blocks.add(block);
      const renamed = name
        .replace(new RegExp(`^features\\.${last}\\.0\\.`, "u"), "conv_head.")
        .replace(new RegExp(`^features\\.${last}\\.1\\.`, "u"), "bn2.")
        .replace(/^features\.0\.0\./u, "conv_stem.")
        .replace(/^features\.0\.1\./u, "bn1.")
        .replace(/^classifier\.1\./u, "classifier.");
      names.set(name, renamed);
    }
    for (const block of blocks) {
      const [, stage, index] = block.split(".");
      for (const [name, renamed] of renameBlock(tensors, block, `blocks.${Number(stage) - 1}.${index}`)) {
        names.set(name, renamed);
      }
    }
    return names;
  },
  architectures: /^efficientnet(?:_b\d$|v2_[sml]$)/u,
  settings(tensors) {
    const isFused = tensors.get("features.1.0.block.0.0.weight")?.shape[1] !== 1;
    const width = tensors.get(`features.${lastStage(tensors)}.0.weight`)?.shape[0] ?? 0;
    return { epsilons: isFused || width >= B5_WIDTH ? [{ paths: /(?:)/u, value: 1e-3 }] : [], assumptions: [] };
  },
};
