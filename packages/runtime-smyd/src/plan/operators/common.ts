import type { Operator } from "../operator.ts";
import { CONCAT } from "./concat.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";

/** The operators that most networks have. */
export const COMMON: Readonly<Record<string, Operator>> = {
  ...CONCAT,
  ...CONVOLUTION,
  ...ELEMENTWISE,
  ...LAYOUT,
  ...MATRIX,
};
