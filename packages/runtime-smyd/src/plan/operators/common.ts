import type { Operator } from "../operator.ts";
import { BATCH_NORM } from "./batch-norm.ts";
import { CONCAT } from "./concat.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";
import { PAD } from "./pad.ts";
import { POOLING } from "./pooling.ts";

/** The operators of convolutional classifiers. */
export const COMMON: Readonly<Record<string, Operator>> = {
  ...BATCH_NORM,
  ...CONCAT,
  ...CONVOLUTION,
  ...ELEMENTWISE,
  ...LAYOUT,
  ...MATRIX,
  ...PAD,
  ...POOLING,
};
