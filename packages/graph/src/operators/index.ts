import { BINARY } from "./binary.ts";
import { CONCAT } from "./concat.ts";
import { CONSTANTS } from "./constants.ts";
import { CONVOLUTION } from "./convolution.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import type { Operator } from "./operator.ts";
import { PAD } from "./pad.ts";
import { POOLING } from "./pooling.ts";
import { REDUCTION } from "./reduction.ts";
import { RESHAPE } from "./reshape.ts";
import { SLICE } from "./slice.ts";
import { SOFTMAX } from "./softmax.ts";
import { UNARY } from "./unary.ts";

/** Every operator that this package knows, by its ONNX name. A new group is one file and one line here. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    BINARY,
    CONCAT,
    CONSTANTS,
    CONVOLUTION,
    LAYOUT,
    MATRIX,
    NORMALIZATION,
    PAD,
    POOLING,
    REDUCTION,
    RESHAPE,
    SLICE,
    SOFTMAX,
    UNARY,
  ].flatMap((group) => group.map((operator) => [operator.op, operator] as const)),
);
