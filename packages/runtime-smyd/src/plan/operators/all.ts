import { COMMON } from "./common.ts";
import { CONV_TRANSPOSE } from "./conv-transpose.ts";
import { IMAGES } from "./images.ts";
import { PAD } from "./pad.ts";
import { RARE } from "./rare.ts";
import { RESIZE } from "./resize.ts";
import { SEQUENCES } from "./sequences.ts";
import type { Operators } from "../operator.ts";

/** Every ONNX operator that is planned, by name. Identity is gone before (`resolve.ts`). */
export const ALL_OPERATORS: Operators = new Map(
  Object.entries({ ...COMMON, ...IMAGES, ...PAD, ...SEQUENCES, ...RESIZE, ...CONV_TRANSPOSE, ...RARE }),
);
