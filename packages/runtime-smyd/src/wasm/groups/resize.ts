import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { RESIZE } from "../../plan/operators/resize.ts";
import { resizeRecord } from "../program/resize-record.ts";

/** Resize. */
export const GROUP: OperatorGroup = {
  operators: { ...COMMON, ...RESIZE },
  records: { ...COMMON_RECORDS, resize: resizeRecord },
};
