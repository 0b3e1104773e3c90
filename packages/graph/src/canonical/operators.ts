import { DECOMPOSITIONS, EXPANSIONS, UPGRADES } from "./rules.ts";

/** The operators of the canonical form by theme. */
const BY_THEME = {
  convolutions: ["Conv", "ConvTranspose"],
  pools: ["AveragePool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "LpPool", "MaxPool"],
  matrices: ["Gemm", "MatMul"],
  // Those that lose digits when they are spelled out.
  normalizations: ["BatchNormalization", "InstanceNormalization", "LayerNormalization", "LRN"],
  softmax: ["Hardmax", "LogSoftmax", "Softmax"],
  trigonometry: ["Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cos", "Cosh", "Sin", "Sinh", "Tan", "Tanh"],
  activations: ["Clip", "Elu", "Erf", "HardSigmoid", "LeakyRelu", "PRelu", "Relu", "Sigmoid", "Softplus"],
  functions: ["Abs", "Ceil", "Exp", "Floor", "Log", "Neg", "Reciprocal", "Round", "Sign", "Sqrt"],
  arithmetic: ["Add", "Div", "Max", "Min", "Mod", "Mul", "Pow", "Sub"],
  comparisons: ["Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual"],
  logic: ["And", "Not", "Or", "Where", "Xor"],
  sequences: ["GRU", "LSTM", "RNN"],
  reductions: ["ArgMax", "ArgMin", "CumSum", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum"],
  shapes: ["Expand", "Flatten", "Identity", "Pad", "Reshape", "Squeeze", "Tile", "Transpose", "Unsqueeze"],
  pieces: ["Concat", "Gather", "GatherElements", "OneHot", "Slice", "Split", "TopK", "Trilu"],
  places: ["ScatterElements", "ScatterND"],
  images: ["GridSample", "Resize"],
  sizes: ["Range", "Shape", "Size"],
  types: ["Cast", "DequantizeLinear", "QuantizeLinear"],
} as const;

/**
 * The operators of the canonical form, at `CANONICAL_OPSET`. A target lowers these; what a reader meets besides them is
 * decomposed, or stays with a reason.
 */
export const CANONICAL_OPERATORS: readonly string[] = Object.values(BY_THEME).flat();

/** The operators that are decomposed, with those that take their place. */
export const DECOMPOSED_OPERATORS: ReadonlyMap<string, readonly string[]> = new Map(
  [...UPGRADES, ...DECOMPOSITIONS].flatMap(({ ops, into }) =>
    into === undefined ? [] : ops.map((op): [string, readonly string[]] => [op, into]),
  ),
);

/** The canonical operators that are spelled by others for a target that lacks them, with all that these may be. */
export const EXPANDED_OPERATORS: ReadonlyMap<string, readonly string[]> = new Map(
  EXPANSIONS.flatMap(({ ops, into }) => ops.map((op): [string, readonly string[]] => [op, into!])),
);

/**
 * The operators that become some operators of the canonical form, in a target's spelling too, and those themselves: what
 * a target takes that lowers them.
 */
export function operatorsInto(lowered: readonly string[]): readonly string[] {
  const spelled = [...DECOMPOSED_OPERATORS, ...EXPANDED_OPERATORS].filter(([, into]) =>
    into.every((op) => lowered.includes(op)),
  );
  return [...new Set([...lowered, ...spelled.map(([op]) => op)])].sort();
}
