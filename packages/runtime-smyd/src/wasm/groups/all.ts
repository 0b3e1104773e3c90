import { GROUP as CONV_TRANSPOSE } from "./conv-transpose.ts";
import { GROUP as IMAGES } from "./images.ts";
import type { OperatorGroup } from "./operator-group.ts";
import { GROUP as PAD } from "./pad.ts";
import { GROUP as RESIZE } from "./resize.ts";
import { GROUP as SEQUENCES } from "./sequences.ts";
import { RARE } from "../../plan/operators/rare.ts";
import { MAP_SELECT } from "../program/fields.ts";
import { MAP_OPERATORS } from "../program/map-operators.ts";
import { functionRecord, mapRecord } from "../program/map-record.ts";
import { instanceNormRecord } from "../program/norm-records.ts";

/** Later ones have precedence. */
const GROUPS = [CONV_TRANSPOSE, IMAGES, PAD, RESIZE, SEQUENCES];

/** All operators, those of few networks and the arithmetic of integers included. */
export const GROUP: OperatorGroup = {
  operators: Object.assign({}, ...GROUPS.map(({ operators }) => operators), RARE),
  records: {
    ...Object.assign({}, ...GROUPS.map(({ records }) => records)),
    binary: (step) => functionRecord(step, MAP_OPERATORS),
    unary: (step) => functionRecord(step, MAP_OPERATORS),
    select: (step) => mapRecord({ ...step, operator: MAP_SELECT, third: step.condition }),
    "instance-norm": instanceNormRecord,
  },
};
