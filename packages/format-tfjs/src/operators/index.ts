import { ARITHMETIC } from "./arithmetic.ts";
import { CONV_TRANSPOSE } from "./conv-transpose.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { INDEXING } from "./indexing.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import type { Lower } from "./operator.ts";
import { ORDER } from "./order.ts";
import { PAD } from "./pad.ts";
import { PIECES } from "./pieces.ts";
import { POOLING } from "./pooling.ts";
import { REPEAT } from "./repeat.ts";
import { RESHAPE } from "./reshape.ts";
import { RESIZE } from "./resize.ts";
import { SIZES } from "./sizes.ts";

const TABLES = [
  ARITHMETIC,
  CONV_TRANSPOSE,
  CONVOLUTION,
  ELEMENTWISE,
  INDEXING,
  MATRIX,
  NORMALIZATION,
  ORDER,
  PAD,
  PIECES,
  POOLING,
  REPEAT,
  RESHAPE,
  RESIZE,
  SIZES,
];

/** Lowering of each ONNX operator. A new group is one file and one line here. */
export const LOWERINGS: ReadonlyMap<string, Lower> = new Map(TABLES.flatMap((table) => Object.entries(table)));
