import { placeInStages, placesByWidth } from "../mobile-blocks.ts";
import { byRules, hasName, type Naming, type Rule, type Tensors } from "../naming.ts";

/** The layers of an inverted residual, under timm's names; the first stage has none that expands. */
function blockRules(isExpanded: (block: string) => boolean): readonly Rule[] {
  const layer =
    (expanded: string, plain: string) =>
    (_: string, block = "", rest = ""): string =>
      `${block}.${isExpanded(block) ? expanded : plain}.${rest}`;
  return [
    [/^(blocks\.\d+\.\d+)\.se\.conv1\.conv\.(.*)$/u, "$1.se.conv_reduce.$2"],
    [/^(blocks\.\d+\.\d+)\.se\.conv2\.conv\.(.*)$/u, "$1.se.conv_expand.$2"],
    [/^(blocks\.\d+\.\d+)\.expand_conv\.conv\.(.*)$/u, "$1.conv_pw.$2"],
    [/^(blocks\.\d+\.\d+)\.expand_conv\.bn\.(.*)$/u, "$1.bn1.$2"],
    [/^(blocks\.\d+\.\d+)\.depthwise_conv\.conv\.(.*)$/u, "$1.conv_dw.$2"],
    [/^(blocks\.\d+\.\d+)\.depthwise_conv\.bn\.(.*)$/u, layer("bn2", "bn1")],
    [/^(blocks\.\d+\.\d+)\.linear_conv\.conv\.(.*)$/u, layer("conv_pwl", "conv_pw")],
    [/^(blocks\.\d+\.\d+)\.linear_conv\.bn\.(.*)$/u, layer("bn3", "bn2")],
  ];
}

/** MMPretrain's `MobileNetV2` (1.2, `models/backbones/mobilenet_v2.py`). */
const mobilenetV2: Naming = {
  source: "MMPretrain's MobileNetV2",
  isOf: (tensors) => hasName(tensors, /^backbone\.layer1\.0\.conv\.1\.conv\.weight$/u),
  rename: byRules([
    [/^backbone\.conv1\.conv\./u, "conv_stem."],
    [/^backbone\.conv1\.bn\./u, "bn1."],
    [/^backbone\.conv2\.conv\./u, "conv_head."],
    [/^backbone\.conv2\.bn\./u, "bn2."],
    [/^head\.fc\./u, "classifier."],
    [/^backbone\.layer1\.0\.conv\.0\.conv\./u, "blocks.0.0.conv_dw."],
    [/^backbone\.layer1\.0\.conv\.1\.conv\./u, "blocks.0.0.conv_pw."],
    [/^backbone\.layer(\d)\.(\d+)\./u, (_, stage, block) => `blocks.${Number(stage) - 1}.${block}.`],
    [/\.conv\.(\d)\.bn\./u, (_, layer) => `.bn${Number(layer) + 1}.`],
    [/\.conv\.0\.conv\./u, ".conv_pw."],
    [/\.conv\.1\.conv\./u, ".conv_dw."],
    [/\.conv\.2\.conv\./u, ".conv_pwl."],
  ]),
  architectures: /^mobilenetv2_/u,
};

/** timm's stages of the large and the small network, and the last layer's number in MMPretrain. */
const LARGE = { stages: [1, 2, 3, 4, 2, 3], last: 16 } as const;
const SMALL = { stages: [1, 2, 3, 2, 3], last: 12 } as const;

/** MMPretrain's `MobileNetV3` (`models/backbones/mobilenet_v3.py`) with its head of two layers. */
const mobilenetV3: Naming = {
  source: "MMPretrain's MobileNetV3",
  isOf: (tensors) => hasName(tensors, /^backbone\.layer1\.depthwise_conv\.conv\.weight$/u),
  rename(tensors: Tensors) {
    const { stages, last } = tensors.has("backbone.layer16.conv.weight") ? LARGE : SMALL;
    return byRules([
      [/^head\.layers\.0\.fc\./u, "conv_head."],
      [/^head\.layers\.1\.fc\./u, "classifier."],
      [/^backbone\.layer0\.conv\./u, "conv_stem."],
      [/^backbone\.layer0\.bn\./u, "bn1."],
      [new RegExp(`^backbone\\.layer${last}\\.conv\\.`, "u"), `blocks.${stages.length}.0.conv.`],
      [new RegExp(`^backbone\\.layer${last}\\.bn\\.`, "u"), `blocks.${stages.length}.0.bn1.`],
      [/^backbone\.layer(\d+)\./u, (_, layer) => `${placeInStages(Number(layer) - 1, stages)}.`],
      ...blockRules((block) => block !== "blocks.0.0"),
    ])(tensors);
  },
  shapes: [(name, shape) => (name === "conv_head.weight" && shape.length === 2 ? [...shape, 1, 1] : shape)],
  architectures: /^mobilenetv3_/u,
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-3 }], assumptions: [] }),
};

/** The number of the last of MMPretrain's `layers`. */
function lastLayer(tensors: Tensors): number {
  const numbers = [...tensors.keys()].map((name) => Number(/^backbone\.layers\.(\d+)\.conv\./u.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** timm's places of MMPretrain's blocks, by their layer and number in it. */
function blockPlaces(tensors: Tensors): ReadonlyMap<string, string> {
  const widths = [...tensors].flatMap(([name, { shape }]) => {
    const block = /^backbone\.layers\.(\d+\.\d+)\.linear_conv\.conv\.weight$/u.exec(name)?.[1];
    return block === undefined ? [] : [[block, shape[0]!] as const];
  });
  return placesByWidth(widths);
}

/** MMPretrain's `EfficientNet` (`models/backbones/efficientnet.py`), which pads as TensorFlow does. */
const efficientnet: Naming = {
  source: "MMPretrain's EfficientNet",
  isOf: (tensors) => hasName(tensors, /^backbone\.layers\.1\.0\.depthwise_conv\.conv\.weight$/u),
  rename(tensors: Tensors) {
    const places = blockPlaces(tensors);
    return byRules([
      [/^head\.fc\./u, "classifier."],
      [/^backbone\.layers\.0\.conv\./u, "conv_stem."],
      [/^backbone\.layers\.0\.bn\./u, "bn1."],
      [new RegExp(`^backbone\\.layers\\.${lastLayer(tensors)}\\.conv\\.`, "u"), "conv_head."],
      [new RegExp(`^backbone\\.layers\\.${lastLayer(tensors)}\\.bn\\.`, "u"), "bn2."],
      [/^backbone\.layers\.(\d+\.\d+)\./u, (whole, block) => `${places.get(block) ?? whole}.`],
      ...blockRules((block) => !block.startsWith("blocks.0.")),
    ])(tensors);
  },
  architectures: /^tf_efficientnet_b\d$/u,
  settings: () => ({ epsilons: [{ paths: /(?:)/u, value: 1e-3 }], assumptions: [] }),
};

/** MMPretrain's networks of inverted residuals. */
export const MM_MOBILES: readonly Naming[] = [mobilenetV2, mobilenetV3, efficientnet];
