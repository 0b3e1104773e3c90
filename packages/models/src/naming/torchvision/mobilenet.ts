import { placeInStages, renameBlock } from "../mobile-blocks.ts";
import { hasName, type Naming, type Tensors } from "../naming.ts";

/** The number of the last of `features`. */
function lastFeature(tensors: Tensors): number {
  const numbers = [...tensors.keys()].map((name) => Number(/^features\.(\d+)\./u.exec(name)?.[1] ?? 0));
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

/** Blocks `features.1` … before the last, in timm's stages; the first and the last of `features` by `ends`. */
function rename(
  tensors: Tensors,
  { stages, ends }: { readonly stages: readonly number[]; readonly ends: readonly (readonly [RegExp, string])[] },
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const last = lastFeature(tensors);
  for (let index = 1; index < last; index++) {
    for (const [name, renamed] of renameBlock(tensors, `features.${index}.`, placeInStages(index - 1, stages))) {
      names.set(name, renamed);
    }
  }
  const rules = [[new RegExp(`^features\\.${last}\\.`, "u"), "last."] as const, ...ends];
  for (const name of tensors.keys()) {
    if (names.has(name)) continue;
    names.set(
      name,
      rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name),
    );
  }
  return names;
}

/** torchvision's `mobilenet_v2` (0.29, `models/mobilenetv2.py`), and the same names without the inner modules. */
export const mobilenetV2: Naming = {
  source: "torchvision's MobileNetV2",
  isOf: (tensors) => hasName(tensors, /^features\.1\.conv\.\d/u) && hasName(tensors, /^features\.18\.[01]\.weight$/u),
  rename: (tensors) =>
    rename(tensors, {
      stages: [1, 2, 3, 4, 3, 3, 1],
      ends: [
        [/^features\.0\.0\./u, "conv_stem."],
        [/^features\.0\.1\./u, "bn1."],
        [/^last\.0\./u, "conv_head."],
        [/^last\.1\./u, "bn2."],
        [/^classifier\.1\./u, "classifier."],
      ],
    }),
  architectures: /^mobilenetv2_/u,
};

/** timm's stages without the last, which is one convolution: large networks have 15 blocks, small ones 11. */
const LARGE = [1, 2, 3, 4, 2, 3];
const SMALL = [1, 2, 3, 2, 3];
const SMALL_LAST = 12;

/** torchvision's `mobilenet_v3_large` and `mobilenet_v3_small` (0.29, `models/mobilenetv3.py`). */
export const mobilenetV3: Naming = {
  source: "torchvision's MobileNetV3",
  isOf: (tensors) => hasName(tensors, /^features\.1\.block\.0\.0\.weight$/u),
  rename(tensors) {
    const stages = lastFeature(tensors) === SMALL_LAST ? SMALL : LARGE;
    return rename(tensors, {
      stages,
      ends: [
        [/^features\.0\.0\./u, "conv_stem."],
        [/^features\.0\.1\./u, "bn1."],
        [/^last\.0\./u, `blocks.${stages.length}.0.conv.`],
        [/^last\.1\./u, `blocks.${stages.length}.0.bn1.`],
        [/^classifier\.0\./u, "conv_head."],
        [/^classifier\.3\./u, "classifier."],
      ],
    });
  },
  shapes: [(name, shape) => (name === "conv_head.weight" && shape.length === 2 ? [...shape, 1, 1] : shape)],
  architectures: /^mobilenetv3_/u,
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-3 }], assumptions: [] }),
};
