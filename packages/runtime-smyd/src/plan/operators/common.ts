import type { Operator } from "../operator.ts";
import { CONCAT } from "./concat.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { GLOBAL_AVERAGE_POOL } from "./global-average-pool.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";

/** The operators that most networks have. */
export const COMMON: Readonly<Record<string, Operator>> = {
  ...CONCAT,
  ...CONVOLUTION,
  ...ELEMENTWISE,
  ...GLOBAL_AVERAGE_POOL,
  ...LAYOUT,
  ...MATRIX,
};
