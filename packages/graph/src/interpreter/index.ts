import { ATTENTION } from "./attention.ts";
import { AXIS_NORMALIZATION } from "./axis-normalization.ts";
import { BINARY } from "./binary.ts";
import { CAST } from "./cast.ts";
import { COL2IM } from "./col2im.ts";
import { CONCAT } from "./concat.ts";
import { CONSTANTS } from "./constants.ts";
import { CONV_TRANSPOSE } from "./conv-transpose.ts";
import { CONVOLUTION } from "./convolution.ts";
import { EINSUM } from "./einsum.ts";
import { GRID_SAMPLE } from "./grid-sample.ts";
import { INDEXING } from "./indexing.ts";
import type { Interpret } from "./interpreter.ts";
import { INTEGERS } from "./integers.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import { PAD } from "./pad.ts";
import { POOLING } from "./pooling.ts";
import { QUANTIZE } from "./quantize.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCTION } from "./reduction.ts";
import { RESHAPE } from "./reshape.ts";
import { RESIZE } from "./resize.ts";
import { SCATTER } from "./scatter.ts";
import { SLICE } from "./slice.ts";
import { SOFTMAX } from "./softmax.ts";
import { UNARY } from "./unary.ts";

/** Computation of every operator, by its ONNX name. A new group is one file and one line here. */
export const INTERPRETERS: ReadonlyMap<string, Interpret> = new Map(
  Object.entries({
    ...ATTENTION,
    ...AXIS_NORMALIZATION,
    ...BINARY,
    ...CAST,
    ...COL2IM,
    ...CONCAT,
    ...CONSTANTS,
    ...CONV_TRANSPOSE,
    ...CONVOLUTION,
    ...EINSUM,
    ...GRID_SAMPLE,
    ...INDEXING,
    ...INTEGERS,
    ...LAYOUT,
    ...MATRIX,
    ...NORMALIZATION,
    ...PAD,
    ...POOLING,
    ...QUANTIZE,
    ...RECURRENT,
    ...REDUCTION,
    ...RESHAPE,
    ...RESIZE,
    ...SCATTER,
    ...SLICE,
    ...SOFTMAX,
    ...UNARY,
  }),
);
