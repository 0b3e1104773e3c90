import type { Shape, Tensor } from "@samoyed/core";
import { type AttentionParts, nodeUnsupportedError, numbers, readAttention } from "@samoyed/ir";
import { doubles, newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { broadcastOffsets } from "./positions.ts";
import { addProduct, transposed } from "./product.ts";

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

/** Makes rows of scores into weights, in place; all 0 where every key is masked. */
function softmaxRows(scores: Float64Array, length: number): void {
  for (let start = 0; start < scores.length; start += length) {
    const row = scores.subarray(start, start + length);
    let largest = Number.NEGATIVE_INFINITY;
    for (const score of row) largest = Math.max(largest, score);
    if (largest === Number.NEGATIVE_INFINITY) {
      row.fill(0);
      continue;
    }
    let sum = 0;
    for (let index = 0; index < length; index++) sum += row[index] = Math.exp(row[index]! - largest);
    for (let index = 0; index < length; index++) row[index] = row[index]! / sum;
  }
}

/** The rows of one head, one after another. */
function headRows(values: Float64Array, { rows, size, at }: HeadRows): Float64Array {
  const result = new Float64Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = at(row);
    result.set(values.subarray(from, from + size), row * size);
  }
  return result;
}

interface HeadRows {
  readonly rows: number;
  readonly size: number;
  /** The place of a row. */
  readonly at: (row: number) => number;
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
  const [qs, ks, vs] = [doubles(q), doubles(k), doubles(v)];
  const type = outputType(call);
  const result = newNumbers(type);
  const places = [query, key, value, [batch, heads, queries, value[3]] as const].map((sizes) =>
    rowOf(sizes, parts.hasHeads),
  );
  const [queryAt, keyAt, valueAt, resultAt] = places;
  for (let n = 0; n < batch; n++) {
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / group);
      const a = headRows(qs, { rows: queries, size, at: (row) => queryAt!(n, head, row) });
      const b = headRows(ks, { rows: keys, size, at: (row) => keyAt!(n, shared, row) });
      const scores = new Float64Array(queries * keys);
      addProduct({ a, b, rows: queries, columns: keys, depth: size }, { out: scores, first: 0, step: keys });
      for (let place = 0; place < scores.length; place++) {
        const scaled = scores[place]! * parts.scale;
        const bounded = parts.softcap === 0 ? scaled : parts.softcap * Math.tanh(scaled / parts.softcap);
        const hidden = parts.isCausal && place % keys > Math.floor(place / keys);
        scores[place] = hidden ? Number.NEGATIVE_INFINITY : bounded + bias((n * heads + head) * queries * keys + place);
      }
      softmaxRows(scores, keys);
      const valueRows = headRows(vs, { rows: keys, size: value[3], at: (row) => valueAt!(n, shared, row) });
      const sums = new Float64Array(queries * value[3]);
      const product = {
        a: scores,
        b: transposed(valueRows, { rows: keys, columns: value[3] }),
        rows: queries,
        columns: value[3],
        depth: keys,
      };
      addProduct(product, { out: sums, first: 0, step: value[3] });
      for (let at = 0; at < queries; at++) {
        result.set(sums.subarray(at * value[3], (at + 1) * value[3]), resultAt!(n, head, at));
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Attention (onnx/docs/Operators.md, Attention). */
export const ATTENTION: InterpreterTable = { Attention: interpretAttention };
