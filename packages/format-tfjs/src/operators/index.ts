import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import type { Lower } from "./operator.ts";
import { PIECES } from "./pieces.ts";
import { POOLING } from "./pooling.ts";
import { REPEAT } from "./repeat.ts";
import { RESHAPE } from "./reshape.ts";

/** Lowering of each ONNX operator. A new group is one file and one line here. */
export const LOWERINGS: ReadonlyMap<string, Lower> = new Map(
  [CONVOLUTION, ELEMENTWISE, MATRIX, NORMALIZATION, PIECES, POOLING, REPEAT, RESHAPE].flatMap((table) =>
    Object.entries(table),
  ),
);
