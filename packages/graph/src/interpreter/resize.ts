import { formatShape, sameShape, type Tensor } from "@samoyed/core";
import {
  type AxisWeights,
  hasScalesOnly,
  nodeFormatError,
  nodeShapeError,
  numbers,
  readResize,
  resizedAxis,
  type ResizeRequest,
  resizeWeights,
} from "@samoyed/ir";
import { tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { aroundAxis } from "./positions.ts";

/** The region of interest per axis, as fractions of the input: only tf_crop_and_resize looks at it. */
function readRegion(call: InterpretCall, request: ResizeRequest, axis: number): readonly [number, number] {
  const region = hasScalesOnly(call) || call.inputs[1] === undefined ? [] : numbers(call.inputs[1]);
  const index = request.axes.indexOf(axis);
  const count = request.axes.length;
  return region.length === 2 * count && index >= 0 ? [region[index]!, region[index + count]!] : [0, 1];
}

/** Resizes one axis: every output position is a weighted sum of input positions. */
function resizeAxis(values: Float64Array, shape: readonly number[], axis: number, weights: AxisWeights): Float64Array {
  const { outer, size, inner } = aroundAxis(shape, axis);
  const result = new Float64Array(outer * weights.length * inner);
  for (let block = 0; block < outer; block++) {
    for (const [position, taps] of weights.entries()) {
      for (let lane = 0; lane < inner; lane++) {
        let sum = 0;
        if (typeof taps === "number") sum = taps;
        else for (const { index, weight } of taps) sum += values[(block * size + index) * inner + lane]! * weight;
        result[(block * weights.length + position) * inner + lane] = sum;
      }
    }
  }
  return result;
}

/** Resize and Upsample: one axis after another (onnx/docs/Operators.md, Resize: N-linear and N-cubic are separable). */
function interpretResize(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const request = readResize(call, x.shape.length, (index) => call.inputs[index]);
  if (request === undefined) throw nodeFormatError(call.node, "scales and sizes are not known");
  const { mode } = request;
  const shape = [...x.shape];
  let values: Float64Array = Float64Array.from(numbers(x));
  for (const axis of request.axes) {
    const { scale, size } = resizedAxis(request, x.shape, axis);
    if (scale === 1 && size === shape[axis] && mode.coordinates !== "tf_crop_and_resize") continue;
    const weights = resizeWeights(call, {
      from: shape[axis]!,
      to: size,
      scale,
      region: readRegion(call, request, axis),
      ...mode,
    });
    values = resizeAxis(values, shape, axis, weights);
    shape[axis] = size;
  }
  if (!sameShape(shape, type.shape))
    throw nodeShapeError(call.node, `${formatShape(shape)} was computed, ${formatShape(type.shape)} inferred`);
  return [tensorOf(type, values)];
}

/** Changing the size of images. */
export const RESIZE: InterpreterTable = {
  Resize: interpretResize,
  Upsample: interpretResize,
};
