import { encodeCommonStep } from "./common-records.ts";
import { instanceNormRecord } from "./instance-norm-record.ts";
import type { StepRecord } from "./record.ts";
import { resizeRecord, rowRecord } from "./row-records.ts";
import { takeRecord } from "./take-record.ts";
import type { Step } from "../../plan/steps.ts";

/** Makes the record of any step. */
export function encodeAnyStep(step: Step, tile: number): StepRecord {
  switch (step.kind) {
    case "resize":
      return resizeRecord(step);
    case "take":
      return takeRecord(step);
    case "rows":
      return rowRecord(step);
    case "instance-norm":
      return instanceNormRecord(step);
    default:
      return encodeCommonStep(step, tile);
  }
}
