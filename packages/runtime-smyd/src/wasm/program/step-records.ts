import { UnsupportedError } from "@samoyed/core";
import type { EncodeStep } from "./encode.ts";
import type { StepRecord } from "./record.ts";
import type { Step } from "../../plan/steps.ts";

/** What makes the record of a step, by the step's kind. */
export type StepRecords = {
  readonly [Kind in Step["kind"]]?: (step: Extract<Step, { readonly kind: Kind }>, tile: number) => StepRecord;
};

/** Makes the records of those kinds; @throws UnsupportedError for a step of another kind. */
export function stepEncoder(records: StepRecords): EncodeStep {
  return (step, tile) => {
    const encode = records[step.kind] as EncodeStep | undefined;
    if (encode === undefined) throw new UnsupportedError(`a step of the kind ${step.kind} is not one of the kernels'`);
    return encode(step, tile);
  };
}
