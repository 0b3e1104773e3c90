import { broadcastShapes } from "../broadcast.ts";
import { inputType, type OperatorRule, requireSameDType } from "./rule.ts";

/**
 * Rule of Add, Sub, Mul and Div in the canonical form, in which no attribute says where the second operand begins: both
 * operands and the result have one type.
 */
export const canonicalArithmeticRule: OperatorRule = {
  inputs: [2, 2],
  infer(call) {
    requireSameDType(call);
    const [a, b] = [inputType(call, 0), inputType(call, 1)];
    return [{ dtype: a.dtype, shape: broadcastShapes(call, [a.shape, b.shape]) }];
  },
};
