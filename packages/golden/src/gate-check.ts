import type { Check, CheckName, MeasuredReference } from "./check.ts";
import type { Gate } from "./tolerance.ts";

/** Checks a measured value against a gate: above `fail`, or NaN, fails; above `warn` passes with a note. */
export function gateCheck(
  name: CheckName,
  options: {
    readonly gate: Gate;
    readonly value: number;
    /** `recorded` when absent. */
    readonly reference?: MeasuredReference;
    readonly message: (limit: number) => string;
  },
): Check {
  const { gate, value, reference = "recorded" } = options;
  // Written so that NaN fails.
  const status = !(value <= gate.fail) ? "failed" : gate.warn !== undefined && value > gate.warn ? "warned" : "passed";
  return { name, status, reference, message: options.message(gate.fail), value, limit: gate.fail };
}
