import type { Operator } from "../operator.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import { PAD } from "./pad.ts";
import { POOLING } from "./pooling.ts";

/** The operators of convolutional classifiers. */
export const COMMON: Readonly<Record<string, Operator>> = {
  ...CONVOLUTION,
  ...ELEMENTWISE,
  ...LAYOUT,
  ...MATRIX,
  ...NORMALIZATION,
  ...PAD,
  ...POOLING,
};
