import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { CONV_TRANSPOSE } from "../../plan/operators/conv-transpose.ts";

/** ConvTranspose, which takes steps of common operators. */
export const GROUP: OperatorGroup = { operators: { ...COMMON, ...CONV_TRANSPOSE }, records: { ...COMMON_RECORDS } };
