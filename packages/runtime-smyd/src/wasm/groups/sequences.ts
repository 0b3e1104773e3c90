import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { SEQUENCES } from "../../plan/operators/sequences.ts";
import { rowRecord } from "../program/row-record.ts";
import { takeRecord } from "../program/take-record.ts";

/** What transformers have besides the common operators. */
export const GROUP: OperatorGroup = {
  operators: { ...COMMON, ...SEQUENCES },
  records: { ...COMMON_RECORDS, rows: rowRecord, take: takeRecord },
};
