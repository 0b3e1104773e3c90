/** A square convolution, zero-padded equally on all sides. */
export interface ConvStep {
  readonly kind: "conv";
  readonly path: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly bias: boolean;
}

/** Batch or group norm; `last` marks the one that ends a residual branch. */
export interface NormStep {
  readonly kind: "norm";
  readonly path: string;
  readonly channels: number;
  readonly last: boolean;
}

/** An activation. */
export interface ActStep {
  readonly kind: "act";
  readonly path: string;
}

/** 3 × 3 max pooling, padded by 1. */
export interface MaxPoolStep {
  readonly kind: "maxpool";
  readonly path: string;
  readonly stride: number;
}

/**
 * Average pooling. `floor`: `AvgPool2d(size)`, the remainder is dropped. `ceil`: stride 2, the remainder is a smaller
 * window. `same`: stride 1, one zero to the right and below, and the zeros count.
 */
export interface AvgPoolStep {
  readonly kind: "avgpool";
  readonly path: string;
  readonly size: number;
  readonly edge: "floor" | "ceil" | "same";
}

/** timm's `BlurPool2d`: the binomial 3 × 3 filter on each channel, after reflecting one pixel on each side. */
export interface BlurStep {
  readonly kind: "blur";
  readonly path: string;
  readonly channels: number;
  readonly stride: number;
}

/** timm's `SEModule`: mean, 1 × 1 convolution, ReLU, 1 × 1 convolution, sigmoid, times the input. */
export interface SqueezeStep {
  readonly kind: "se";
  readonly path: string;
  readonly reduce: ConvStep;
  readonly expand: ConvStep;
}

/** timm's `EcaModule`: mean, one-dimensional convolution over the channels, sigmoid, times the input. */
export interface EcaStep {
  readonly kind: "eca";
  readonly path: string;
  readonly kernel: number;
}

/** One module of a network, named by its path in PyTorch. */
export type Step = ConvStep | NormStep | ActStep | MaxPoolStep | AvgPoolStep | BlurStep | SqueezeStep | EcaStep;
