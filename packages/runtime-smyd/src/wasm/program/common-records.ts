import { ARITHMETIC_NUMBERS } from "./arithmetic-numbers.ts";
import { gatherRecord } from "./gather-record.ts";
import { copyRecord, functionRecord } from "./map-record.ts";
import { convRecord, depthwiseRecord } from "./product-records.ts";
import { borderRecord, meanRecord } from "./spatial-records.ts";
import type { StepRecords } from "./step-records.ts";

/** Records of the steps of common operators. */
export const COMMON_RECORDS: StepRecords = {
  conv: (step, tile) => convRecord(step, { tile }),
  depthwise: depthwiseRecord,
  mean: meanRecord,
  binary: (step) => functionRecord(step, ARITHMETIC_NUMBERS),
  copy: copyRecord,
  gather: gatherRecord,
  border: borderRecord,
};
