import type { Operator } from "../../plan/operator.ts";
import type { StepRecords } from "../program/step-records.ts";

/**
 * Operators that are downloaded together, and records of their steps. The common ones are among them: bundlers then find
 * that what groups share is in the page already, and make no file of it.
 */
export interface OperatorGroup {
  readonly operators: Readonly<Record<string, Operator>>;
  readonly records: StepRecords;
}
