import type { OperatorSet } from "./operator-set.ts";
import { encodeAnyStep } from "./program/all-records.ts";
import { ALL_OPERATORS } from "../plan/operators/all.ts";

/** What any model takes. */
export const ALL_SET: OperatorSet = { operators: ALL_OPERATORS, encodeStep: encodeAnyStep, kernels: "all" };
