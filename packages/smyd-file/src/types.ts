import type { ByteRange, Contract, DType } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/**
 * The order in which a weight's elements are stored; see the diagrams in `docs/smyd-format.md`.
 *
 * - `plain`: ONNX's order.
 * - `panel8`: a convolution's weights [O, I/g, KH, KW] or [O, I/g, K], or a matrix [O, I], in panels of 8 output channels.
 * - `panel8-transposed`: a matrix that is [I, O] in ONNX, in the same panels.
 * - `depthwise`: a convolution's weights of one input and one output channel per group, [C, 1, KH, KW] or [C, 1, K].
 */
export type WeightLayout = "plain" | "panel8" | "panel8-transposed" | "depthwise";

/** A constant of the graph, with its byte range in the data section; offsets are multiples of 64. */
export interface SmydWeight extends ByteRange {
  /** The value's name in the graph. */
  readonly name: string;
  /** The value's element type: float32 unless the layout is plain, whatever the storage. */
  readonly dtype: DType;
  /** The shape in ONNX, whatever the layout. */
  readonly shape: readonly number[];
  readonly layout: WeightLayout;
  /** The convolution's groups; 1 for everything else. */
  readonly groups: number;
  /** The weight storage: `dtype` if the layout is plain, otherwise float32, float16 or int8. */
  readonly storage: DType;
  /** For int8: one float32 per output channel, by which its integers are multiplied. */
  readonly scale?: ByteRange;
}

/** The versions of the format that are read. */
export type SmydVersion = 1 | 2;

/** The checked contents of a `.smyd` file before its data. */
export interface SmydFile {
  readonly version: SmydVersion;
  /** Its initializers, in the file's order, give the offsets of weights in the data section; nothing is inferred. */
  readonly graph: Graph<SmydWeight>;
  /** Absent if a model without a contract was converted. */
  readonly contract?: Contract;
  /** The hashed byte ranges, in the file's order: the data of every weight, scales and attributes included; no padding. */
  readonly hashed: readonly (ByteRange & { readonly name: string })[];
  /** The byte range of one unsigned 64-bit integer for each of `hashed`: its XXH64 with seed 0. */
  readonly hashes: ByteRange;
  /** Offset of the data section in the file, a multiple of 64, and its size in bytes. It is the end of the file. */
  readonly dataOffset: number;
  readonly dataBytes: number;
}
