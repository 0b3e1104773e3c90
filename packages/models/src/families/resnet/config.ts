import { UsageError } from "@samoyed/core";

/** A residual block of timm's `resnet.py`: two 3 × 3 convolutions, or 1 × 1, grouped 3 × 3, 1 × 1. */
export type BlockKind = "basic" | "bottleneck";

/** Supported values of timm's `act_layer`. Every published network of the family has `relu`. */
export type Activation = "relu" | "silu" | "leaky_relu" | "hard_swish" | "gelu";

/**
 * A network of timm's `resnet.py`, as plain data: the arguments of its `ResNet` class (timm 1.0.29), under timm's
 * names in camel case. Two networks with equal tensors may still differ here, in arguments without their own
 * tensors: `aaLayer`, `actLayer`, `outputStride`, and others that timm does not have: `strideIn`, `stemPool`, `stemStride`.
 */
export interface ResNetConfig {
  readonly family: "resnet";
  /** One kind per stage. */
  readonly block: readonly BlockKind[];
  /** Blocks per stage. */
  readonly layers: readonly number[];
  /** `planes` per stage; a stage outputs as many channels, or four times as many if its block is a bottleneck. */
  readonly channels: readonly number[];
  readonly inChans: number;
  /** Groups of a bottleneck's 3 × 3 convolution. */
  readonly cardinality: number;
  /** A bottleneck's inner width is `floor(planes * baseWidth / 64) * cardinality`. */
  readonly baseWidth: number;
  /** One 7 × 7 convolution; three 3 × 3; or three 3 × 3, the first of which is narrower. */
  readonly stemType: "plain" | "deep" | "deep_tiered";
  /** The window of a plain stem's convolution: 3 × 3 in networks for small images, which timm does not have. */
  readonly stemKernel: 3 | 7;
  readonly stemStride: 1 | 2;
  /** Width of the deep stems, whose output has twice as many channels; a plain stem has 64. */
  readonly stemWidth: number;
  /** Replaces the stem's pooling with a strided convolution. */
  readonly replaceStemPool: boolean;
  /** Divides the output channels of each block's first convolution. */
  readonly blockReduceFirst: number;
  readonly downKernelSize: number;
  /** Replaces the strided convolution of shortcuts with average pooling and a 1 × 1 convolution. */
  readonly avgDown: boolean;
  readonly actLayer: Activation;
  readonly normLayer: "batchnorm" | "groupnorm";
  readonly normEps: number;
  /** Anti-aliasing in place of a layer's stride: average pooling, or a binomial 3 × 3 filter. */
  readonly aaLayer: "none" | "avg" | "blur";
  /** Channel attention at each block's end. */
  readonly attention: "none" | "se" | "eca";
  /** `rd_ratio` of squeeze-and-excitation. */
  readonly seRatio: number;
  /** The convolution of a bottleneck that has the stride: Caffe's networks have it in the first, of 1 × 1. */
  readonly strideIn: "conv1" | "conv2";
  /** What follows the stem: timm's networks have a maximum of 3 × 3, unless a convolution replaces it. */
  readonly stemPool: "max" | "none";
  /** The pooling before the classifier, timm's `global_pool`. */
  readonly globalPool: "avg" | "max" | "avgmax";
  /** Stages that would exceed this stride are dilated instead. */
  readonly outputStride: 8 | 16 | 32;
  /** Output channels of pruned convolutions, by module path. */
  readonly widths: readonly (readonly [path: string, channels: number])[];
}

/** The arguments of `resnetConfig`: the required ones of timm's ResNet, and those with defaults. */
export type ResNetOptions = Partial<Omit<ResNetConfig, "family" | "block" | "layers">> & {
  /** One kind for all stages, or one per stage. */
  readonly block: BlockKind | readonly BlockKind[];
  readonly layers: readonly number[];
};

/** timm's `ResNet.forward` names four stages. */
export const STAGES = 4;

/** Blocks per stage. The deepest published network (ResNet-RS 420) has 87; the limit bounds the effect of a typo. */
const MAX_BLOCKS = 1000;
/** Largest width. The widest published layer (ResNeXt-101 32x48d) has 12,288 channels. */
const MAX_CHANNELS = 1 << 20;

/** Output channels of a block per plane. */
export function expansion(kind: BlockKind): 1 | 4 {
  return kind === "basic" ? 1 : 4;
}

function checkCounts(name: string, values: readonly number[], maximum: number): void {
  const bad = values.find((value) => !Number.isInteger(value) || value < 1 || value > maximum);
  if (bad !== undefined) throw new UsageError(`ResNet ${name}: got ${bad}; expected integers from 1 to ${maximum}`);
}

/**
 * Completes a configuration with timm's defaults.
 *
 * @throws UsageError when timm would refuse the arguments too: other than four stages, widths or depths below 1,
 *   basic blocks with a cardinality or base width.
 */
export function resnetConfig(options: ResNetOptions): ResNetConfig {
  const { block, layers, ...rest } = options;
  const config: ResNetConfig = {
    family: "resnet",
    block: typeof block === "string" ? new Array<BlockKind>(STAGES).fill(block) : block,
    layers,
    channels: [64, 128, 256, 512],
    inChans: 3,
    cardinality: 1,
    baseWidth: 64,
    stemType: "plain",
    stemKernel: 7,
    stemStride: 2,
    stemWidth: 64,
    replaceStemPool: false,
    blockReduceFirst: 1,
    downKernelSize: 1,
    avgDown: false,
    actLayer: "relu",
    normLayer: "batchnorm",
    normEps: 1e-5,
    aaLayer: "none",
    attention: "none",
    seRatio: 1 / 16,
    strideIn: "conv2",
    stemPool: "max",
    globalPool: "avg",
    outputStride: 32,
    widths: [],
    ...rest,
  };
  for (const name of ["block", "layers", "channels"] as const) {
    if (config[name].length !== STAGES) {
      throw new UsageError(`ResNet ${name}: got ${config[name].length} stages; expected ${STAGES}`);
    }
  }
  checkCounts("layers", config.layers, MAX_BLOCKS);
  checkCounts("channels", config.channels, MAX_CHANNELS);
  for (const name of [
    "inChans",
    "cardinality",
    "baseWidth",
    "stemWidth",
    "blockReduceFirst",
    "downKernelSize",
  ] as const) {
    checkCounts(name, [config[name]], MAX_CHANNELS);
  }
  if (config.block.includes("basic") && (config.cardinality !== 1 || config.baseWidth !== 64)) {
    throw new UsageError(
      `ResNet with basic blocks: got cardinality ${config.cardinality}, base width ${config.baseWidth}; expected 1 and 64`,
      { hint: 'Use block "bottleneck" for grouped or wide networks.' },
    );
  }
  return config;
}
