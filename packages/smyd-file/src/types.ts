import type { Contract, DType } from "@samoyed/core";

/** A size that is known, or the name of one that is not (`N` for the batch). */
export type SmydDim = number | string;

/** A graph's input or output. */
export interface SmydPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly SmydDim[];
}

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
  /** ONNX's, whatever the layout. */
  readonly shape: readonly number[];
  readonly layout: WeightLayout;
  /** The convolution's groups; 1 for everything else. */
  readonly groups: number;
  /** Elements as they are stored. What is not plain is float32, float16 or int8, and stands for float32. */
  readonly storage: DType;
  /** For int8: one float32 for each output channel, by which its integers are multiplied. */
  readonly scale?: Stretch;
}

/** An operator's attribute, with ONNX's tag. Tensors are in files of version 1 alone. */
export type SmydAttribute =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "tensor"; readonly value: SmydWeight };

/** One application of an ONNX operator. An empty string in `inputs` is an omitted optional input. */
export interface SmydNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, SmydAttribute>>;
}

/** A network: ONNX's operators at `opset`, in topological order; every value is assigned once. From version 2 on it is canonical. */
export interface SmydGraph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly SmydPort[];
  readonly outputs: readonly SmydPort[];
  readonly nodes: readonly SmydNode[];
}

/** The versions of the format that are read. */
export type SmydVersion = 1 | 2;

/** Everything that a `.smyd` file says before its data, checked. */
export interface SmydFile {
  readonly version: SmydVersion;
  readonly graph: SmydGraph;
  /** Absent where a model of somebody else's was converted. */
  readonly contract?: Contract;
  /** By value name, in the order of the graph's initializers. */
  readonly weights: ReadonlyMap<string, SmydWeight>;
  /** What is hashed, in the file's order: the data of every weight, scales and attributes included; no padding. */
  readonly hashed: readonly (Stretch & { readonly name: string })[];
  /** One unsigned 64-bit integer for each of `hashed`: its XXH64 with seed 0. */
  readonly hashes: Stretch;
  /** Where the data section begins in the file: a multiple of 64; and its size. It ends the file. */
  readonly dataOffset: number;
  readonly dataBytes: number;
}
