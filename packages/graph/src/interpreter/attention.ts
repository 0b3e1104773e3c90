import type { Shape, Tensor } from "@samoyed/core";
import { type AttentionParts, nodeUnsupportedError, numbers, readAttention } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { broadcastOffsets } from "./positions.ts";

type Sizes = readonly [number, number, number, number];

/** The place of a row of an operand or of the result. */
function rowOf([, heads, length, size]: Sizes, hasHeads: boolean): (n: number, head: number, at: number) => number {
  return hasHeads
    ? (n, head, at) => ((n * heads + head) * length + at) * size
    : (n, head, at) => ((n * length + at) * heads + head) * size;
}

/** What a mask adds to each score, in the order of [N, heads, queries, keys]. */
function biases(mask: Tensor | undefined, scores: Shape): (place: number) => number {
  if (mask === undefined) return () => 0;
  const places = broadcastOffsets(mask.shape, scores);
  const values = numbers(mask);
  const isBool = mask.dtype === "bool";
  return (place) => {
    const value = values[places[place]!]!;
    if (!isBool) return value;
    return value === 0 ? Number.NEGATIVE_INFINITY : 0;
  };
}

/** Weights of a row of scores; all 0 where every key is masked. */
function softmax(scores: Float64Array): Float64Array {
  const largest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return scores.fill(0);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function interpretAttention(call: InterpretCall): readonly Tensor[] {
  const [q, k, v] = [inputTensor(call, 0), inputTensor(call, 1), inputTensor(call, 2)];
  const parts = readAttention(call.node, [q.shape, k.shape, v.shape]) as AttentionParts;
  const [query, key, value] = [parts.query as Sizes, parts.key as Sizes, parts.value as Sizes];
  const [batch, heads, queries, size] = query;
  const keys = key[2];
  const group = heads / key[1];
  const mask = call.inputs[3];
  const last = mask?.shape.at(-1) ?? 1;
  if (last !== 1 && last !== keys) throw nodeUnsupportedError(call.node, "its mask is shorter than its keys");
  if (q.dtype === "bfloat16") throw nodeUnsupportedError(call.node, "ONNX rounds each of its steps to bfloat16");
  const bias = biases(mask, [batch, heads, queries, keys]);
  const [qs, ks, vs] = [numbers(q), numbers(k), numbers(v)];
  const type = outputType(call);
  const result = newNumbers(type);
  const places = [query, key, value, [batch, heads, queries, value[3]] as const].map((sizes) =>
    rowOf(sizes, parts.hasHeads),
  );
  const [queryAt, keyAt, valueAt, resultAt] = places;
  for (let n = 0; n < batch; n++) {
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / group);
      for (let at = 0; at < queries; at++) {
        const from = queryAt!(n, head, at);
        const scores = Float64Array.from({ length: keys }, (_, other) => {
          if (parts.isCausal && other > at) return Number.NEGATIVE_INFINITY;
          const to = keyAt!(n, shared, other);
          let sum = 0;
          for (let index = 0; index < size; index++) sum += qs[from + index]! * ks[to + index]!;
          const scaled = sum * parts.scale;
          const bounded = parts.softcap === 0 ? scaled : parts.softcap * Math.tanh(scaled / parts.softcap);
          return bounded + bias(((n * heads + head) * queries + at) * keys + other);
        });
        const row = resultAt!(n, head, at);
        for (const [other, weight] of softmax(scores).entries()) {
          const to = valueAt!(n, shared, other);
          for (let index = 0; index < value[3]; index++) {
            if (weight !== 0) result[row + index] = result[row + index]! + weight * vs[to + index]!;
          }
        }
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Attention (onnx/docs/Operators.md, Attention). */
export const ATTENTION: InterpreterTable = { Attention: interpretAttention };
