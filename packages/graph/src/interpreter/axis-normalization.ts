import type { Tensor } from "@samoyed/core";
import { nodeFormatError, normalizeAxis, numbers, readFloat, readInt, readInts } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { moments, range } from "./moments.ts";
import { aroundAxis, broadcastOffsets } from "./positions.ts";

/** LayerNormalization over the axes from `axis` on; also mean and 1 / √(var + epsilon) where asked (opset 17). */
function interpretLayerNorm(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), x.shape.length);
  const tail = x.shape.slice(axis);
  const [scale, bias] = [inputTensor(call, 1), call.inputs[2]];
  const [gamma, beta] = [numbers(scale), bias && numbers(bias)];
  const fromScale = broadcastOffsets(scale.shape, tail);
  const fromBias = bias && broadcastOffsets(bias.shape, tail);
  const epsilon = readFloat(call.node, "epsilon", 1e-5);
  const [source, result] = [numbers(x), newNumbers(outputType(call))];
  const count = fromScale.length;
  const blocks = count === 0 ? 0 : source.length / count;
  const [means, inverses] = [new Float64Array(blocks), new Float64Array(blocks)];
  for (let block = 0; block < blocks; block++) {
    const { mean, variance } = moments(source, range(block * count, count));
    means[block] = mean;
    inverses[block] = 1 / Math.sqrt(variance + epsilon);
    for (let index = 0; index < count; index++) {
      const normal = (source[block * count + index]! - mean) / Math.sqrt(variance + epsilon);
      const shift = beta === undefined ? 0 : beta[fromBias![index]!]!;
      result[block * count + index] = normal * gamma[fromScale[index]!]! + shift;
    }
  }
  return call.outputs.map((type, index) => tensorOf(type, [result, means, inverses][index]!));
}

/** RMSNormalization: X / √(mean of squares + epsilon) · scale, over the axes from `axis` on (opset 23). */
function interpretRmsNorm(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), x.shape.length);
  const scale = inputTensor(call, 1);
  const from = broadcastOffsets(scale.shape, x.shape.slice(axis));
  const [source, gamma, result] = [numbers(x), numbers(scale), newNumbers(outputType(call))];
  const epsilon = readFloat(call.node, "epsilon", 1e-5);
  for (let start = 0; start < source.length; start += from.length) {
    let squares = 0;
    for (const place of range(start, from.length)) squares += source[place]! ** 2;
    const root = Math.sqrt(squares / from.length + epsilon);
    for (const place of range(start, from.length))
      result[place] = (source[place]! / root) * gamma[from[place - start]!]!;
  }
  return [tensorOf(outputType(call), result)];
}

/** LpNormalization: X over its Lp norm along an axis, p 1 or 2; all zeros stay zeros (opset 22). */
function interpretLpNorm(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), x.shape.length);
  const p = readInt(call.node, "p", 2);
  if (p !== 1 && p !== 2) throw nodeFormatError(call.node, `attribute "p" is ${p}; expected 1 or 2`);
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const [source, result] = [numbers(x), newNumbers(outputType(call))];
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      const places = Array.from({ length: size }, (_, position) => (block * size + position) * inner + lane);
      const norm = places.reduce((sum, place) => sum + Math.abs(source[place]!) ** p, 0) ** (1 / p);
      for (const place of places) result[place] = norm === 0 ? 0 : source[place]! / norm;
    }
  }
  return [tensorOf(outputType(call), result)];
}

/**
 * MeanVarianceNormalization: (X − mean) / (deviation + 1e-9), the moments over some axes, all but the channels by
 * default.
 */
function interpretMeanVariance(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axes = (readInts(call.node, "axes") ?? [0, 2, 3]).map((axis) => normalizeAxis(call.node, axis, x.shape.length));
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const groups = new Map<number, number[]>();
  for (const [place, group] of broadcastOffsets(kept, x.shape).entries()) {
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    members.push(place);
  }
  const [source, result] = [numbers(x), newNumbers(outputType(call))];
  for (const places of groups.values()) {
    const { mean, variance } = moments(source, places);
    for (const place of places) result[place] = (source[place]! - mean) / (Math.sqrt(variance) + 1e-9);
  }
  return [tensorOf(outputType(call), result)];
}

/** Normalizations over axes; each formula is the one in onnx/docs/Operators.md under the operator's name. */
export const AXIS_NORMALIZATION: InterpreterTable = {
  LayerNormalization: interpretLayerNorm,
  RMSNormalization: interpretRmsNorm,
  LpNormalization: interpretLpNorm,
  MeanVarianceNormalization: interpretMeanVariance,
};
