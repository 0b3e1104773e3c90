import { ALL_OPERATORS } from "./operators/all.ts";

/** The operators of the canonical form that are planned. An Identity is gone before (`resolve.ts`). */
export const PLANNED_OPERATORS: readonly string[] = [...ALL_OPERATORS.keys(), "Identity"].sort();
