import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { CONV_TRANSPOSE as OPERATORS } from "../../plan/operators/conv-transpose.ts";

/** ConvTranspose, which takes steps of common operators. */
export const CONV_TRANSPOSE: OperatorGroup = { operators: { ...COMMON, ...OPERATORS }, records: { ...COMMON_RECORDS } };
