import type { Lowerings } from "../lowering/lowering.ts";
import { ACTIVATION } from "./activation.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { ATTENTION } from "./attention.ts";
import { CONVOLUTION } from "./convolution.ts";
import { COPY } from "./copy.ts";
import { CREATION } from "./creation.ts";
import { FOLDING } from "./folding.ts";
import { GRID_SAMPLE } from "./grid-sample.ts";
import { INDEXING } from "./indexing.ts";
import { JOIN } from "./join.ts";
import { LOGIC } from "./logic.ts";
import { MATMUL } from "./matmul.ts";
import { NORMALIZATION } from "./normalization.ts";
import { PADDING } from "./padding.ts";
import { PIECE } from "./piece.ts";
import { POOLING } from "./pooling.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCTION } from "./reduction.ts";
import { RESIZE } from "./resize.ts";
import { SAME_PADDING } from "./same-padding.ts";
import { SCATTER } from "./scatter.ts";
import { UNARY } from "./unary.ts";
import { VIEW } from "./view.ts";

/** Every overload that has a lowering: ATen's, without their namespace, and those of Samoyed's own exporter. A new theme is one file and one line here. */
export const LOWERINGS: Lowerings = {
  ...ACTIVATION,
  ...ARITHMETIC,
  ...ATTENTION,
  ...CONVOLUTION,
  ...COPY,
  ...CREATION,
  ...FOLDING,
  ...GRID_SAMPLE,
  ...INDEXING,
  ...JOIN,
  ...LOGIC,
  ...MATMUL,
  ...NORMALIZATION,
  ...PADDING,
  ...PIECE,
  ...POOLING,
  ...RECURRENT,
  ...REDUCTION,
  ...RESIZE,
  ...SAME_PADDING,
  ...SCATTER,
  ...UNARY,
  ...VIEW,
};
