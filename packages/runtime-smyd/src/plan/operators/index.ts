import type { Operator } from "../operator.ts";
import { AXIS_NORMALIZATION } from "./axis-normalization.ts";
import { CAST } from "./cast.ts";
import { CONV_TRANSPOSE } from "./conv-transpose.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { INDEXING } from "./indexing.ts";
import { LAYOUT } from "./layout.ts";
import { LRN } from "./lrn.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import { PAD } from "./pad.ts";
import { PIECES } from "./pieces.ts";
import { POOLING } from "./pooling.ts";
import { REDUCTION } from "./reduction.ts";
import { RESIZE } from "./resize.ts";
import { SIZES } from "./sizes.ts";

/** Every ONNX operator that is planned, by name. Identity is gone before (`resolve.ts`). */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...AXIS_NORMALIZATION,
    ...CAST,
    ...CONV_TRANSPOSE,
    ...CONVOLUTION,
    ...ELEMENTWISE,
    ...INDEXING,
    ...LAYOUT,
    ...LRN,
    ...MATRIX,
    ...NORMALIZATION,
    ...PAD,
    ...PIECES,
    ...POOLING,
    ...REDUCTION,
    ...RESIZE,
    ...SIZES,
  }),
);
