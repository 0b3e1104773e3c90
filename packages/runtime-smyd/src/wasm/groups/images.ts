import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { IMAGES } from "../../plan/operators/images.ts";
import { batchNormRecord } from "../program/norm-records.ts";
import { poolRecord } from "../program/pool-record.ts";

/** What convolutional classifiers have besides the common operators. */
export const GROUP: OperatorGroup = {
  operators: { ...COMMON, ...IMAGES },
  records: { ...COMMON_RECORDS, "max-pool": poolRecord, "average-pool": poolRecord, "batch-norm": batchNormRecord },
};
