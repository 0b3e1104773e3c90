/** The planner, without a device: what a converter may ask of it. */
export { findRefusals, type FindRefusalsOptions, type Refusal } from "./find-refusals.ts";
export type { PlanModel } from "./model.ts";
export { PLANNED_OPERATORS } from "./planned-operators.ts";
export { type PlanningSizes, planningSizes } from "./planning-sizes.ts";
