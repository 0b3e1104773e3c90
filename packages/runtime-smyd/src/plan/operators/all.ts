import { ATTENTION } from "./attention.ts";
import { COMMON } from "./common.ts";
import { FURTHER } from "./further.ts";
import { SIZE_ARITHMETIC } from "./size-arithmetic.ts";
import type { Operators } from "../operator.ts";

/** Every ONNX operator that is planned, by name. Identity is gone before (`resolve.ts`). A MatMul may be the end of an attention here. */
export const ALL_OPERATORS: Operators = new Map(
  Object.entries({ ...COMMON, ...FURTHER, ...SIZE_ARITHMETIC, ...ATTENTION }),
);
