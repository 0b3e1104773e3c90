import { OPERATORS } from "./operators/index.ts";

/** The operators of the canonical form that are planned. An Identity is gone before (`resolve.ts`). */
export const PLANNED_OPERATORS: readonly string[] = [...OPERATORS.keys(), "Identity"].sort();
