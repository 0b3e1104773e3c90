import { type Tensor, UnsupportedError } from "@samoyed/core";
import { describeNode, numbers, readFloat, readInt } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { moments, range } from "./moments.ts";
import { aroundAxis } from "./positions.ts";

/**
 * BatchNormalization: Y = (X − mean) / √(var + epsilon) · scale + B, per channel. With `training_mode` the batch's own
 * moments are used, and the running ones become running · momentum + batch · (1 − momentum) (opset 14).
 */
function interpretBatchNorm(call: InterpretCall): readonly Tensor[] {
  const { node } = call;
  const x = inputTensor(call, 0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => numbers(inputTensor(call, index)));
  const source = numbers(x);
  const result = newNumbers(outputType(call));
  const epsilon = readFloat(node, "epsilon", 1e-5);
  const momentum = readFloat(node, "momentum", 0.9);
  const training = readInt(node, "training_mode", 0) !== 0;
  if (readInt(node, "spatial", 1) !== 1) {
    throw new UnsupportedError(
      `${describeNode(node)}: attribute "spatial" is 0, one mean for each pixel, which is not handled`,
    );
  }
  if (call.opset < 7 && readInt(node, "is_test", 0) === 0)
    throw new UnsupportedError(`${describeNode(node)} is in training mode`);
  if (!training && node.outputs.length > 1) {
    throw new UnsupportedError(`${describeNode(node)}: outputs besides the first exist only in training mode`);
  }
  const { outer, size: channels, inner } = aroundAxis(x.shape, x.shape.length > 1 ? 1 : 0);
  const runningMean = Float64Array.from(mean!);
  const runningVariance = Float64Array.from(variance!);
  for (let channel = 0; channel < channels; channel++) {
    const places: number[] = [];
    for (let block = 0; block < outer; block++) {
      for (const place of range((block * channels + channel) * inner, inner)) places.push(place);
    }
    let statistics = { mean: mean![channel]!, variance: variance![channel]! };
    if (training) {
      statistics = moments(source, places);
      runningMean[channel] = runningMean[channel]! * momentum + statistics.mean * (1 - momentum);
      runningVariance[channel] = runningVariance[channel]! * momentum + statistics.variance * (1 - momentum);
    }
    const deviation = Math.sqrt(statistics.variance + epsilon);
    for (const place of places) {
      result[place] = ((source[place]! - statistics.mean) / deviation) * scale![channel]! + bias![channel]!;
    }
  }
  const running = [runningMean, runningVariance].map((values, index) =>
    call.outputs[index + 1] === undefined ? [] : [tensorOf(outputType(call, index + 1), values)],
  );
  return [tensorOf(outputType(call), result), ...running.flat()];
}

/**
 * InstanceNormalization and GroupNormalization: each run of `perGroup` channels of each image gets mean 0 and variance
 * 1, then scale and bias.
 */
function normalizeGroups(
  call: InterpretCall,
  options: { readonly perGroup: number; readonly affine: (channel: number) => number },
): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const [scale, bias] = [numbers(inputTensor(call, 1)), numbers(inputTensor(call, 2))];
  const source = numbers(x);
  const result = newNumbers(outputType(call));
  const epsilon = readFloat(call.node, "epsilon", 1e-5);
  const { size: channels, inner } = aroundAxis(x.shape, 1);
  const count = options.perGroup * inner;
  for (let start = 0; start < source.length; start += count) {
    const { mean, variance } = moments(source, range(start, count));
    for (const place of range(start, count)) {
      const parameter = options.affine(Math.floor(place / inner) % channels);
      const normal = (source[place]! - mean) / Math.sqrt(variance + epsilon);
      result[place] = normal * scale[parameter]! + bias[parameter]!;
    }
  }
  return [tensorOf(outputType(call), result)];
}

/** GroupNormalization takes scale and bias per group in opset 18, per channel since 21. */
function interpretGroupNorm(call: InterpretCall): readonly Tensor[] {
  const perGroup = inputTensor(call, 0).shape[1]! / readInt(call.node, "num_groups", 1);
  const affine = (channel: number): number => (call.opset >= 21 ? channel : Math.floor(channel / perGroup));
  return normalizeGroups(call, { perGroup, affine });
}

/** LRN: Y = X / (bias + alpha / size · Σ X² over the `size` channels around)^beta. */
function interpretLrn(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const size = readInt(call.node, "size", 1);
  const [alpha, beta] = [readFloat(call.node, "alpha", 1e-4), readFloat(call.node, "beta", 0.75)];
  const bias = readFloat(call.node, "bias", 1);
  const [source, result] = [numbers(x), newNumbers(outputType(call))];
  const { size: channels, inner } = aroundAxis(x.shape, 1);
  for (let place = 0; place < source.length; place++) {
    const channel = Math.floor(place / inner) % channels;
    const first = Math.max(0, channel - Math.floor((size - 1) / 2));
    const last = Math.min(channels - 1, channel + Math.ceil((size - 1) / 2));
    let squares = 0;
    for (let other = first; other <= last; other++) squares += source[place + (other - channel) * inner]! ** 2;
    result[place] = source[place]! / (bias + (alpha / size) * squares) ** beta;
  }
  return [tensorOf(outputType(call), result)];
}

/** Normalizations by channel; each formula is the one in onnx/docs/Operators.md under the operator's name. */
export const NORMALIZATION: InterpreterTable = {
  BatchNormalization: interpretBatchNorm,
  InstanceNormalization: (call) => normalizeGroups(call, { perGroup: 1, affine: (channel) => channel }),
  GroupNormalization: interpretGroupNorm,
  LRN: interpretLrn,
};
