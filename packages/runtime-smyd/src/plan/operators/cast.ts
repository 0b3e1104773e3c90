import { CAST as RULES, dtypeFromOnnx, readInt } from "@samoyed/ir";
import { floatPlace, integerPlace, wrapped } from "../element-constants.ts";
import type { Elements } from "../element-steps.ts";
import { isInteger, isPortType, PORT_TYPES } from "../integers.ts";
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";
import { unsupported } from "../unsupported.ts";
import { elementwise } from "./element-operator.ts";

function requireType(call: ShapeCall): void {
  requireRank(call);
  const to = dtypeFromOnnx(readInt(call.node, "to", 0));
  if (!isPortType(to)) throw unsupported(call.node, `casts to ${to}; ${PORT_TYPES} are planned`);
}

/** Floats become integers toward zero, those beyond 32 bits the nearest one, NaN 0; integers wrap around. */
function cast(call: LowerCall, x: Place): Elements {
  const from = call.dtypeOf(call.fused.inputs[0]!);
  const to = call.dtypeOf(call.node.outputs[0]!);
  if (from === to) return x;
  if (!isInteger(from)) {
    if (to === "bool") return { operator: "unequal", of: [x, floatPlace(call, 0)] };
    return wrapped(call, to, { operator: "to-int", of: [x] });
  }
  if (to === "float32") return { operator: "to-float", of: [x] };
  const zero = integerPlace(call, 0);
  if (to === "bool") return { operator: "int-equal", of: [{ operator: "int-equal", of: [x, zero] }, zero] };
  return from === "bool" ? x : wrapped(call, to, x);
}

/** The conversion of elements. */
export const CAST: Readonly<Record<string, Operator>> = {
  Cast: {
    ...elementwise(RULES["Cast"]!, (call, [x]) => cast(call, x!)),
    without: ["round_mode"],
    require: requireType,
  },
};
