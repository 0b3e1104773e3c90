import type { Operator } from "../operator.ts";
import { AXIS_NORMALIZATION } from "./axis-normalization.ts";
import { CAST } from "./cast.ts";
import { CONV_TRANSPOSE } from "./conv-transpose.ts";
import { ELEMENT_FUNCTIONS } from "./element-functions.ts";
import { INDEXING } from "./indexing.ts";
import { INSTANCE_NORM } from "./instance-norm.ts";
import { LRN } from "./lrn.ts";
import { PIECES } from "./pieces.ts";
import { REDUCTION } from "./reduction.ts";
import { RESIZE } from "./resize.ts";
import { SIZES } from "./sizes.ts";

/** The operators of all other networks. */
export const FURTHER: Readonly<Record<string, Operator>> = {
  ...AXIS_NORMALIZATION,
  ...CAST,
  ...CONV_TRANSPOSE,
  ...ELEMENT_FUNCTIONS,
  ...INDEXING,
  ...INSTANCE_NORM,
  ...LRN,
  ...PIECES,
  ...REDUCTION,
  ...RESIZE,
  ...SIZES,
};
