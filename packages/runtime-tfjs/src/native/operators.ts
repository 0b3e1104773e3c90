/** Attributes that TensorFlow itself needs: graphs of TensorFlow.js may omit the types. */
export interface NativeOperator {
  /** Attributes that are element types, and the input that has the type; -1 is the last input. The result's type comes first. */
  readonly types: Readonly<Record<string, number>>;
  /** Attributes that are copied if the node has them. */
  readonly attributes: readonly string[];
}

const T = { T: 0 };
const WINDOW = ["strides", "padding", "data_format"];
const operator = (types: NativeOperator["types"], ...attributes: readonly string[]): NativeOperator => ({
  types,
  attributes,
});

/** Elementwise operators on one value. */
const ACTIVATIONS = ["ClipByValue", "Elu", "LogSoftmax", "Relu", "Relu6", "Selu", "Sigmoid", "Softmax", "Softplus"];
const UNARY = [...ACTIVATIONS, "Abs", "Erf", "Exp", "Identity", "Neg", "OnesLike", "Rsqrt", "Sqrt", "Square", "Tanh"];
const BINARY = ["Add", "AddV2", "Div", "Maximum", "Minimum", "Mul", "RealDiv", "SquaredDifference", "Sub"];
const REDUCTIONS = ["Max", "Mean", "Min", "Prod", "Sum"];

/**
 * Operators of native graphs: those of image networks. A file can use only these, because other TensorFlow operators
 * read and write files.
 *
 * From the operators' definitions in tensorflow 2.21, `core/ops/{array,math,nn}_ops.cc`.
 */
export const OPERATORS: ReadonlyMap<string, NativeOperator> = new Map([
  ...UNARY.map((op) => [op, operator(T)] as const),
  ...BINARY.map((op) => [op, operator(T)] as const),
  ...REDUCTIONS.map((op) => [op, operator({ T: 0, Tidx: 1 }, "keep_dims")] as const),
  ["AvgPool", operator(T, "ksize", ...WINDOW)],
  ["BatchMatMulV2", operator(T, "adj_x", "adj_y")],
  ["BiasAdd", operator(T, "data_format")],
  ["ConcatV2", operator({ T: 0, Tidx: -1 }, "N")],
  ["Conv2D", operator(T, ...WINDOW, "dilations", "explicit_paddings")],
  ["DepthwiseConv2dNative", operator(T, ...WINDOW, "dilations")],
  ["ExpandDims", operator({ T: 0, Tdim: 1 })],
  ["LeakyRelu", operator(T, "alpha")],
  ["MatMul", operator(T, "transpose_a", "transpose_b")],
  ["MaxPool", operator(T, "ksize", ...WINDOW)],
  ["MirrorPad", operator({ T: 0, Tpaddings: 1 }, "mode")],
  ["Pad", operator({ T: 0, Tpaddings: 1 })],
  ["PadV2", operator({ T: 0, Tpaddings: 1 })],
  ["Reshape", operator({ T: 0, Tshape: 1 })],
  ["Slice", operator({ T: 0, Index: 1 })],
  ["Split", operator({ T: 1 }, "num_split")],
  ["Squeeze", operator(T, "squeeze_dims")],
  [
    "StridedSlice",
    operator({ T: 0, Index: 1 }, "begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"),
  ],
  ["Transpose", operator({ T: 0, Tperm: 1 })],
]);
