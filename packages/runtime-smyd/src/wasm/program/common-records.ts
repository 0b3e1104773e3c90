import { UnsupportedError } from "@samoyed/core";
import { gatherRecord } from "./gather-record.ts";
import { mapRecord } from "./map-record.ts";
import { convRecord, depthwiseRecord } from "./product-records.ts";
import type { StepRecord } from "./record.ts";
import { batchNormRecord, borderRecord, meanRecord, poolRecord } from "./spatial-records.ts";
import type { Step } from "../../plan/steps.ts";

/**
 * Makes the record of a step of common operators.
 *
 * @throws UnsupportedError for a step that only other operators have.
 */
export function encodeCommonStep(step: Step, tile: number): StepRecord {
  switch (step.kind) {
    case "conv":
      return convRecord(step, { tile });
    case "depthwise":
      return depthwiseRecord(step);
    case "max-pool":
    case "average-pool":
      return poolRecord(step);
    case "mean":
      return meanRecord(step);
    case "binary":
    case "unary":
    case "select":
    case "copy":
      return mapRecord(step);
    case "gather":
      return gatherRecord(step);
    case "batch-norm":
      return batchNormRecord(step);
    case "border":
      return borderRecord(step);
    default:
      throw new UnsupportedError(`a step of the kind ${step.kind} is not one of the common operators`);
  }
}
