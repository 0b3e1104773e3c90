import { COMMON } from "../../plan/operators/common.ts";
import { COMMON_RECORDS } from "../program/common-records.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { PAD } from "../../plan/operators/pad.ts";

/** Pad, which takes steps of common operators. */
export const GROUP: OperatorGroup = { operators: { ...COMMON, ...PAD }, records: { ...COMMON_RECORDS } };
