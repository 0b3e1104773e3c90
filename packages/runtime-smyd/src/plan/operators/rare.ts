import type { Operator } from "../operator.ts";
import { ANY_ARITHMETIC } from "./any-arithmetic.ts";
import { softmax } from "./axis-normalization.ts";
import { CAST } from "./cast.ts";
import { ELEMENT_FUNCTIONS } from "./element-functions.ts";
import { INDEXING } from "./indexing.ts";
import { INSTANCE_NORM } from "./instance-norm.ts";
import { LRN } from "./lrn.ts";
import { SELECTION } from "./selection.ts";
import { SIZES } from "./sizes.ts";

/** The operators of few networks, and the arithmetic of integers. */
export const RARE: Readonly<Record<string, Operator>> = {
  ...ANY_ARITHMETIC,
  ...CAST,
  ...ELEMENT_FUNCTIONS,
  ...INDEXING,
  ...INSTANCE_NORM,
  ...LRN,
  ...SELECTION,
  ...SIZES,
  LogSoftmax: softmax("log-softmax"),
};
