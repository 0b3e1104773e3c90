import type { Operator } from "../operator.ts";
import { ATTENTION } from "./attention.ts";
import { AXIS_NORMALIZATION } from "./axis-normalization.ts";
import { PIECES } from "./pieces.ts";
import { REDUCTION } from "./reduction.ts";
import { SHAPE } from "./shape.ts";

/** What transformers have besides the common operators. A MatMul may be the end of an attention here. */
export const SEQUENCES: Readonly<Record<string, Operator>> = {
  ...ATTENTION,
  ...AXIS_NORMALIZATION,
  ...PIECES,
  ...REDUCTION,
  ...SHAPE,
};
