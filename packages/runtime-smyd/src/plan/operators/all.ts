import { COMMON } from "./common.ts";
import { FURTHER } from "./further.ts";
import { SIZE_ARITHMETIC } from "./size-arithmetic.ts";
import type { Operators } from "../operator.ts";

/** Every ONNX operator that is planned, by name. Identity is gone before (`resolve.ts`). */
export const ALL_OPERATORS: Operators = new Map(Object.entries({ ...COMMON, ...FURTHER, ...SIZE_ARITHMETIC }));
