import type { Contract, DType } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/** A stretch of the data section: bytes from its beginning (a multiple of 64), and how many. */
export interface Stretch {
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * The order in which a weight's elements are stored; `docs/smyd-format.md` draws them.
 *
 * - `plain`: ONNX's.
 * - `panel8`: a convolution's weights [O, I/g, KH, KW] or [O, I/g, K], or a matrix [O, I], in panels of 8 output channels.
 * - `panel8-transposed`: a matrix that ONNX has as [I, O], in the same panels.
 * - `depthwise`: a convolution's weights of one input and one output channel a group, [C, 1, KH, KW] or [C, 1, K].
 */
export type WeightLayout = "plain" | "panel8" | "panel8-transposed" | "depthwise";

/** A constant of the graph. */
export interface SmydWeight extends Stretch {
  /** The value's name in the graph. */
  readonly name: string;
  /** The value's element type: float32 for what is not plain, however it is stored. */
  readonly dtype: DType;
  /** ONNX's, whatever the layout. */
  readonly shape: readonly number[];
  readonly layout: WeightLayout;
  /** The convolution's groups; 1 for everything else. */
  readonly groups: number;
  /** Elements as they are stored: `dtype`, or for what is not plain float32, float16 or int8. */
  readonly storage: DType;
  /** For int8: one float32 for each output channel, by which its integers are multiplied. */
  readonly scale?: Stretch;
}

/** The versions of the format that are read. */
export type SmydVersion = 1 | 2;

/** Everything that a `.smyd` file says before its data, checked. */
export interface SmydFile {
  readonly version: SmydVersion;
  /** Its initializers, in the file's order, say where in the data section weights are; nothing is inferred. From version 2 on it is canonical, and has no tensors as attributes. */
  readonly graph: Graph<SmydWeight>;
  /** Absent where a model of somebody else's was converted. */
  readonly contract?: Contract;
  /** What is hashed, in the file's order: the data of every weight, scales and attributes included; no padding. */
  readonly hashed: readonly (Stretch & { readonly name: string })[];
  /** One unsigned 64-bit integer for each of `hashed`: its XXH64 with seed 0. */
  readonly hashes: Stretch;
  /** Where the data section begins in the file: a multiple of 64; and its size. It ends the file. */
  readonly dataOffset: number;
  readonly dataBytes: number;
}
