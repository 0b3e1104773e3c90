import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { RESIZE as OPERATORS } from "../../plan/operators/resize.ts";
import { resizeRecord } from "../program/resize-record.ts";

/** Resize. */
export const RESIZE: OperatorGroup = {
  operators: { ...COMMON, ...OPERATORS },
  records: { ...COMMON_RECORDS, resize: resizeRecord },
};
