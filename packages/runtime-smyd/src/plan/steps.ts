/**
 * The steps of a program: what the planner emits and the kernels run, one record each. Every address is a byte offset
 * into the WebAssembly memory; activations are float32, NHWC, with the borders that their buffers carry.
 */

import type { RowStep } from "./row-step.ts";

/** Applied by the kernel that produces a value. `clip` is also ReLU6 and half-open ranges. */
export type Activation =
  | { readonly kind: "none" | "relu" | "sigmoid" | "hard-swish" | "erf" | "tanh" | "silu" }
  | { readonly kind: "gelu" | "gelu-tanh" | "mish" | "softplus" }
  | { readonly kind: "clip"; readonly min: number; readonly max: number }
  | { readonly kind: "leaky-relu" | "elu"; readonly slope: number }
  | { readonly kind: "hard-sigmoid"; readonly slope: number; readonly offset: number };

/** Weight storage; float16 and int8 are expanded one panel at a time by the kernel that uses them. */
export type WeightStorage =
  | { readonly kind: "float32" | "float16" }
  /** `scales`: address of one float32 for each output channel. */
  | { readonly kind: "int8"; readonly scales: number };

/** A matrix product of packed weights (layout `panel8`) with the inputs of each pixel: convolutions and linears. */
export interface ConvStep {
  readonly kind: "conv";
  /** Address of the value, added to every entry of `inputPixels`. */
  readonly input: number;
  readonly output: number;
  readonly weights: number;
  readonly storage: WeightStorage;
  /** Address of one float32 for each output channel. */
  readonly bias?: number;
  /** Added before the activation; read through `pixels` and `groups`. */
  readonly residual?: { readonly input: number; readonly pixels: number; readonly groups: number };
  /**
   * Groups after merging (`panel8`'s m neighbors count as one), or matrices, and the output channels of each. Addresses
   * of one i32 for each: bytes from a pixel's base to what a group reads, and to where it writes.
   */
  readonly groups: {
    readonly count: number;
    readonly outputs: number;
    readonly inputs: number;
    readonly places: number;
  };
  /** Address of one i32 for each tap: bytes from a pixel's base; and how many floats are read from there on. */
  readonly taps: { readonly offsets: number; readonly count: number; readonly depth: number };
  /** Addresses of one i32 for each pixel: bytes from `input` or `output`; and how many pixels. */
  readonly inputPixels: number;
  readonly outputPixels: number;
  readonly pixels: number;
  /** Pixels of one unit of work. */
  readonly pixelBlock: number;
  readonly activation: Activation;
}

/** A depthwise convolution (layout `depthwise`), vectorized over channels. */
export interface DepthwiseStep {
  readonly kind: "depthwise";
  readonly input: number;
  readonly output: number;
  readonly weights: number;
  readonly storage: WeightStorage;
  readonly bias?: number;
  readonly residual?: { readonly input: number; readonly pixels: number };
  readonly channels: number;
  readonly taps: { readonly offsets: number; readonly count: number };
  readonly inputPixels: number;
  readonly outputPixels: number;
  readonly pixels: number;
  readonly activation: Activation;
}

/** A rank-4 value in memory: interior size, and the zero border around it (in pixels, on every side). */
export interface Spatial {
  /** Address of the buffer, border included. */
  readonly address: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly border: number;
}

/** Max or average pooling. Windows may leave the input at every side; what is outside is not read. */
export interface PoolStep {
  readonly kind: "max-pool" | "average-pool";
  readonly input: Spatial;
  readonly output: Spatial;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top and left; bottom and right follow from the output's size. */
  readonly pads: readonly [number, number];
  /**
   * For average pooling: what the sum is divided by at the borders. `padded` counts the declared bottom/right pads too.
   */
  readonly divisor: "inside" | "padded";
  readonly padsEnd: readonly [number, number];
}

/** The mean over height and width: [H, W, C] → [C]. */
export interface MeanStep {
  readonly kind: "mean";
  readonly input: Spatial;
  readonly output: number;
}

/**
 * Functions of two elements. Comparisons give the integers 1 and 0; `and`, `or` and `xor` are of bits; those of integers
 * wrap around at 32 bits. A `modulo` has the sign of the divisor, a `remainder` that of the dividend.
 */
export type BinaryOperator =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "pow"
  | "prelu"
  | "modulo"
  | "remainder"
  | "equal"
  | "unequal"
  | "less"
  | "less-equal"
  | "and"
  | "or"
  | "xor"
  | "int-add"
  | "int-sub"
  | "int-mul"
  | "int-div"
  | "int-min"
  | "int-max"
  | "int-equal"
  | "int-less"
  | "int-less-equal"
  | "int-modulo"
  | "int-remainder";

/** Functions of one element: of float32, of the integer that `to-float` and `int-abs` have. */
export type UnaryOperator =
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "round"
  | "sign"
  | "to-float"
  | "to-int"
  | "int-abs"
  | "exp"
  | "log"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "asinh"
  | "acosh"
  | "atanh";

/** `activation(left ∘ right)` over up to six dimensions; a stride of 0 broadcasts. Strides are in bytes. */
export interface BinaryStep {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: StridedView;
  readonly right: StridedView;
  readonly output: StridedView;
  readonly shape: readonly number[];
  readonly activation: Activation;
}

/** `operator(input)`, as a binary step. */
export interface UnaryStep {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly input: StridedView;
  readonly output: StridedView;
  readonly shape: readonly number[];
}

/** `left` where the integer `condition` is not 0, else `right`, of 32-bit elements of any type. */
export interface SelectStep {
  readonly kind: "select";
  readonly condition: StridedView;
  readonly left: StridedView;
  readonly right: StridedView;
  readonly output: StridedView;
  readonly shape: readonly number[];
}

/** A value's place: the address of its first element, and bytes from one index to the next, outermost first. */
export interface StridedView {
  readonly address: number;
  readonly strides: readonly number[];
}

/**
 * `activation(input)` between layouts, over up to six dimensions: the boundaries (NCHW ⇄ NHWC), transposes, reshapes
 * out of bordered buffers, and activations that no other step could take along.
 */
export interface CopyStep {
  readonly kind: "copy";
  readonly input: StridedView;
  readonly output: StridedView;
  readonly shape: readonly number[];
  readonly activation: Activation;
}

/** Copies `channels` floats for each output pixel; a source of -1 writes `fill` in their place: Pad, crops. */
export interface GatherStep {
  readonly kind: "gather";
  readonly input: number;
  readonly output: number;
  readonly inputPixels: number;
  readonly outputPixels: number;
  readonly pixels: number;
  readonly channels: number;
  readonly fill: number;
}

/**
 * Resizes one axis: for each line along it, and each position of the output, the weighted sum of runs of `floats`
 * neighboring floats.
 */
export interface ResizeStep {
  readonly kind: "resize";
  readonly input: number;
  readonly output: number;
  /** Addresses of one i32 for each line: bytes from `input` or `output`; and how many lines. */
  readonly inputLines: number;
  readonly outputLines: number;
  readonly lines: number;
  /** The output's positions, and bytes from one to the next. */
  readonly positions: number;
  readonly outputStride: number;
  /** Address of one float32 for each position: what its sum begins with. */
  readonly initial: number;
  /** Address of one i32 for each position, and one more: the taps of all positions before. */
  readonly starts: number;
  /** Addresses of one i32 and one float32 for each tap: bytes from the line's beginning, and its weight. */
  readonly offsets: number;
  readonly weights: number;
  readonly floats: number;
}

/**
 * Elements by computed indices: `output[o][k][i] = input[o][index][i]` over [outer, count, inner], the index read at
 * [o][k][i] too. A negative one counts from the end; where one is outside, the output is the word `missing`.
 */
export interface TakeStep {
  readonly kind: "take";
  readonly input: number;
  readonly output: number;
  readonly indices: number;
  /** Bytes from one index to the next, for each of the three axes. */
  readonly indexStrides: readonly [number, number, number];
  readonly outer: number;
  /** The input's size where the output has `count`. */
  readonly size: number;
  readonly count: number;
  readonly inner: number;
  readonly missing: number;
}

/** (x - mean) / sqrt(variance + epsilon) · scale + bias for each channel: a batch norm that was not folded. */
export interface BatchNormStep {
  readonly kind: "batch-norm";
  readonly input: Spatial;
  readonly output: Spatial;
  readonly scale: number;
  readonly bias: number;
  readonly mean: number;
  readonly variance: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/** As a batch norm, with each channel's own mean and variance over height and width. */
export interface InstanceNormStep {
  readonly kind: "instance-norm";
  readonly input: Spatial;
  readonly output: Spatial;
  readonly scale: number;
  readonly bias: number;
  readonly epsilon: number;
}

/** Writes zeros into a value's border. */
export interface BorderStep {
  readonly kind: "border";
  readonly value: Spatial;
}

export type Step =
  | ConvStep
  | DepthwiseStep
  | PoolStep
  | MeanStep
  | BinaryStep
  | UnaryStep
  | SelectStep
  | CopyStep
  | GatherStep
  | ResizeStep
  | TakeStep
  | RowStep
  | BatchNormStep
  | InstanceNormStep
  | BorderStep;
