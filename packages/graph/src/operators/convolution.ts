import { elementCount, formatShape, type Tensor } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { isKnown } from "../dims.ts";
import type { Dim } from "../ir.ts";
import { newNumbers, numbers, tensorOf } from "./elements.ts";
import {
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  misfit,
  opaqueDim,
  type Operator,
  outputType,
  requireFloat,
  requireSameDType,
  type ValueType,
} from "./operator.ts";
import { readWindow, windowOutput, windowTaps } from "./window.ts";

const WINDOW_ATTRIBUTES = {
  auto_pad: "string",
  dilations: "ints",
  group: "int",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

function inferConv(call: InferCall): readonly ValueType[] {
  const { node } = call;
  requireFloat(call, 0);
  requireSameDType(call);
  const x = inputType(call, 0);
  const w = inputType(call, 1);
  const bias = call.inputs[2];
  if (x.shape.length < 3) throw misfit(call, `${describeInput(call, 0)}; expected at least 3 axes [N, C, …]`);
  if (w.shape.length !== x.shape.length) {
    throw misfit(call, `${describeInput(call, 1)}; expected ${x.shape.length} axes, as input 0 has`);
  }
  if (!isKnown(w.shape)) throw misfit(call, `${describeInput(call, 1)}; expected known sizes`);
  const [outputs, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const declared = readInts(node, "kernel_shape");
  if (declared !== undefined && formatShape(declared) !== formatShape(kernel)) {
    throw misfit(call, `attribute "kernel_shape" is ${formatShape(declared)}; the weight has ${formatShape(kernel)}`);
  }
  const group = readInt(node, "group", 1);
  if (!Number.isInteger(group) || group < 1 || outputs % group !== 0) {
    throw misfit(call, `attribute "group" is ${group}, which does not divide ${outputs} output channels`);
  }
  const channels = x.shape[1]!;
  if (typeof channels === "number" && channels !== perGroup * group) {
    throw misfit(
      call,
      `${describeInput(call, 0)} has ${channels} channels; expected ${perGroup * group} = ${perGroup} (weight "${node.inputs[1]}" ${formatShape(w.shape)}) × group ${group}`,
    );
  }
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== outputs)) {
    throw misfit(call, `${describeInput(call, 2)}; expected [${outputs}]`);
  }
  const window = readWindow(node, kernel);
  const spatial = x.shape
    .slice(2)
    .map((size, axis): Dim =>
      windowOutput(window, axis, size, { node, ceil: false, opaque: opaqueDim(call, axis + 2) }),
    );
  return [{ dtype: x.dtype, shape: [x.shape[0]!, outputs, ...spatial] }];
}

/**
 * Conv: Y[n, m, p] = B[m] + Σ over the group's channels c and taps k of X[n, c, p · stride + k · dilation − pad] · W[m, c, k]
 * (onnx/docs/Operators.md, Conv).
 */
function interpretConv(call: InterpretCall): readonly Tensor[] {
  const [x, w] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const [batch, channels, ...input] = x.shape as [number, number, ...number[]];
  const [outputs, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const taps = windowTaps(readWindow(call.node, kernel), input, type.shape.slice(2));
  const perOutputGroup = outputs / readInt(call.node, "group", 1);
  const plane = elementCount(input);
  const kernelSize = elementCount(kernel);
  const bias = call.inputs[2] === undefined ? undefined : numbers(call.inputs[2]);
  const [source, weight, result] = [numbers(x), numbers(w), newNumbers(type)];

  let index = 0;
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < outputs; m++) {
      const firstChannel = Math.floor(m / perOutputGroup) * perGroup;
      for (const places of taps) {
        let sum = bias === undefined ? 0 : bias[m]!;
        for (let c = 0; c < perGroup; c++) {
          const base = (n * channels + firstChannel + c) * plane;
          const weightBase = (m * perGroup + c) * kernelSize;
          for (let tap = 0; tap < kernelSize; tap++) {
            const place = places[tap]!;
            if (place >= 0) sum += source[base + place]! * weight[weightBase + tap]!;
          }
        }
        result[index++] = sum;
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Convolutions. */
export const CONVOLUTION: readonly Operator[] = [
  { op: "Conv", inputs: [2, 3], attributes: WINDOW_ATTRIBUTES, infer: inferConv, interpret: interpretConv },
];
