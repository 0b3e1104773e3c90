import { inferSameFloat, inferSameType, type OperatorRule } from "./rule.ts";

/** Rule of a function of one float. */
export const floatUnaryRule: OperatorRule = { inputs: [1, 1], infer: inferSameFloat };

/** Rule of a function of one number of any type. */
export const unaryRule: OperatorRule = { inputs: [1, 1], infer: inferSameType };

/** Rule of a function of one float with the parameter `alpha`: LeakyRelu and Elu. */
export const alphaRule: OperatorRule = { inputs: [1, 1], attributes: { alpha: "float" }, infer: inferSameFloat };

/** Rule of HardSigmoid. */
export const hardSigmoidRule: OperatorRule = {
  inputs: [1, 1],
  attributes: { alpha: "float", beta: "float" },
  infer: inferSameFloat,
};
