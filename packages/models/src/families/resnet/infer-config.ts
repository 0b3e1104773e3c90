import { type BlockKind, type ResNetConfig, resnetConfig, STAGES } from "./config.ts";
import type { TensorType } from "../../parameter.ts";
import { seWidth } from "./plan-parts.ts";

type Tensors = ReadonlyMap<string, TensorType>;

/** Ratios of squeeze-and-excitation in use, the usual one first: because of rounding, several can fit small networks. */
const SE_RATIOS: readonly number[] = [1 / 16, 1 / 4, 1 / 8, 1 / 2, 1 / 32];

/** One size of a tensor; 0 if there is no such tensor or axis, so that the resulting configuration fits nothing. */
function size(tensors: Tensors, name: string, axis = 0): number {
  return tensors.get(name)?.shape[axis] ?? 0;
}

/** Blocks per stage according to the names, or `undefined` if the names are not those of a ResNet. */
export function countLayers(tensors: Tensors): readonly number[] | undefined {
  const layers = new Array<number>(STAGES).fill(0);
  for (const name of tensors.keys()) {
    const match = /^layer([1-4])\.(\d{1,4})\./.exec(name);
    if (match === null) continue;
    const stage = Number(match[1]) - 1;
    layers[stage] = Math.max(layers[stage]!, Number(match[2]) + 1);
  }
  // Every block has tensors, so numbers beyond their count are not blocks.
  return layers.every((count) => count > 0 && count <= tensors.size) ? layers : undefined;
}

type Stem = Pick<ResNetConfig, "inChans" | "stemType"> &
  Partial<Pick<ResNetConfig, "stemWidth" | "stemKernel" | "stemStride" | "stemPool">>;

function recognizeStem(tensors: Tensors): Stem {
  if (tensors.has("conv1.weight")) {
    const plain = { inChans: size(tensors, "conv1.weight", 1), stemType: "plain" } as const;
    // For images of 32 pixels: nothing is left out.
    return size(tensors, "conv1.weight", 2) === 3
      ? { ...plain, stemKernel: 3, stemStride: 1, stemPool: "none" }
      : plain;
  }
  const stemWidth = size(tensors, "conv1.3.weight");
  const stemType = size(tensors, "conv1.0.weight") === stemWidth ? "deep" : "deep_tiered";
  return { inChans: size(tensors, "conv1.0.weight", 1), stemType, stemWidth };
}

/** The first block of a stage, inferred from its convolutions. */
interface Stage {
  readonly kind: BlockKind;
  readonly planes: number;
  /** Output channels of the first convolution. */
  readonly first: number;
  /** Output channels of the first convolution without reduction. */
  readonly width: number;
  readonly groups: number;
}

function recognizeStage(tensors: Tensors, stage: number): Stage {
  const path = `layer${stage}.0`;
  const first = size(tensors, `${path}.conv1.weight`);
  const second = size(tensors, `${path}.conv2.weight`);
  if (!tensors.has(`${path}.conv3.weight`)) {
    return { kind: "basic", planes: second, first, width: second, groups: 1 };
  }
  const planes = Math.floor(size(tensors, `${path}.conv3.weight`) / 4);
  const groups = Math.floor(first / size(tensors, `${path}.conv2.weight`, 1));
  return { kind: "bottleneck", planes, first, width: second, groups };
}

/**
 * The least base width with which every stage has its inner width, `floor(planes * baseWidth / 64)` per group; all base
 * widths that fit are the same network.
 */
function recognizeBaseWidth(stages: readonly Stage[]): number {
  const bottlenecks = stages.filter(({ kind }) => kind === "bottleneck");
  const least = bottlenecks.map(({ planes, width, groups }) => Math.ceil(((width / groups) * 64) / planes));
  return Math.max(...least);
}

function recognizeAttention(tensors: Tensors, stages: readonly Stage[]): Partial<ResNetConfig> {
  if (tensors.has("layer1.0.se.conv.weight")) return { attention: "eca" };
  if (!tensors.has("layer1.0.se.fc1.weight")) return {};
  const fits = (ratio: number): boolean =>
    stages.every(({ kind, planes }, index) => {
      const channels = kind === "basic" ? planes : planes * 4;
      return size(tensors, `layer${index + 1}.0.se.fc1.weight`) === seWidth(channels, ratio);
    });
  return { attention: "se", seRatio: SE_RATIOS.find(fits) ?? SE_RATIOS[0]! };
}

/**
 * Infers a configuration from tensor names and shapes, for any depth, width and cardinality. It may be wrong: differences
 * are found when its parameters are compared.
 *
 * Not visible in tensors, and therefore timm's defaults: activation, anti-aliasing, output stride, batch norms.
 *
 * @throws UsageError when the sizes do not form a network.
 */
export function inferConfig(tensors: Tensors, layers: readonly number[]): ResNetConfig {
  const stages = [1, 2, 3, 4].map((stage) => recognizeStage(tensors, stage));
  const grouped = stages.find(({ kind }) => kind === "bottleneck");
  const { first, width } = stages[0]!;
  const avgDown = !tensors.has("layer2.0.downsample.0.weight") && tensors.has("layer2.0.downsample.1.weight");
  return resnetConfig({
    block: stages.map(({ kind }) => kind),
    layers,
    channels: stages.map(({ planes }) => planes),
    ...recognizeStem(tensors),
    ...(grouped && { cardinality: grouped.groups, baseWidth: recognizeBaseWidth(stages) }),
    replaceStemPool: tensors.has("maxpool.0.weight"),
    blockReduceFirst: Math.floor(width / first),
    downKernelSize: avgDown ? 1 : size(tensors, "layer2.0.downsample.0.weight", 2),
    avgDown,
    ...recognizeAttention(tensors, stages),
  });
}
