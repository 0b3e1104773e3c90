import { formatShape } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { isKnown, sizesDiffer } from "../compare-dims.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { ValueType } from "../types.ts";
import { readWindow, WINDOW_ATTRIBUTES, windowOutputs } from "../window.ts";
import {
  describeInput,
  type InferCall,
  inputError,
  inputType,
  type OperatorRule,
  requireFloat,
  requireSameDType,
  type RuleTable,
  spatialInput,
} from "./rule.ts";

function inferConv(call: InferCall): readonly ValueType[] {
  const { node } = call;
  requireFloat(call, 0);
  requireSameDType(call);
  const x = spatialInput(call);
  const w = inputType(call, 1);
  const bias = call.inputs[2];
  if (w.shape.length !== x.shape.length) {
    throw inputError(call, 1, `${x.shape.length} axes, as input 0 has`);
  }
  if (!isKnown(w.shape)) throw inputError(call, 1, "known sizes");
  const [outputs, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const declared = readInts(node, "kernel_shape");
  if (declared !== undefined && formatShape(declared) !== formatShape(kernel)) {
    throw nodeShapeError(
      call.node,
      `attribute "kernel_shape" is ${formatShape(declared)}; the weight has ${formatShape(kernel)}`,
    );
  }
  const group = readInt(node, "group", 1);
  if (!Number.isInteger(group) || group < 1 || outputs % group !== 0) {
    throw nodeShapeError(call.node, `attribute "group" is ${group}, which does not divide ${outputs} output channels`);
  }
  const channels = x.shape[1]!;
  if (sizesDiffer(channels, perGroup * group)) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} has ${channels} channels; expected ${perGroup * group} = ${perGroup} (weight "${node.inputs[1]}" ${formatShape(w.shape)}) × group ${group}`,
    );
  }
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== outputs)) {
    throw inputError(call, 2, `[${outputs}]`);
  }
  const spatial = windowOutputs(call, readWindow(node, kernel));
  return [{ dtype: x.dtype, shape: [x.shape[0]!, outputs, ...spatial] }];
}

/** Rule of Conv. */
export const convRule: OperatorRule = {
  inputs: [2, 3],
  attributes: { ...WINDOW_ATTRIBUTES, group: "int" },
  infer: inferConv,
};

/** Convolutions (onnx/docs/Operators.md, Conv). */
export const CONVOLUTION: RuleTable = { Conv: convRule };
