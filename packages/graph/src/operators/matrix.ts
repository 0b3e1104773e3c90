import type { Tensor } from "@samoyed/core";
import { readFloat, readInt } from "../attributes.ts";
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
  requireSameDType,
  type ValueType,
} from "./operator.ts";
import { broadcastOffsets } from "./positions.ts";

function inferGemm(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  for (const index of [0, 1]) {
    if (inputType(call, index).shape.length !== 2) throw misfit(call, `${describeInput(call, index)}; expected 2 axes`);
  }
  const [m, k] = readInt(call.node, "transA", 0) !== 0 ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [k2, n] = readInt(call.node, "transB", 0) !== 0 ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (typeof k === "number" && typeof k2 === "number" && k !== k2) {
    throw misfit(call, `${describeInput(call, 0)} times ${describeInput(call, 1)}: ${k} columns against ${k2} rows`);
  }
  const c = call.inputs[2];
  if (c !== undefined) {
    const target = [m, n];
    const fits =
      c.shape.length <= 2 &&
      c.shape.every((size, axis) => {
        const want = target[axis + 2 - c.shape.length]!;
        return size === 1 || size === want || typeof size === "string" || typeof want === "string";
      });
    if (!fits) throw misfit(call, `${describeInput(call, 2)} does not broadcast to [${m}, ${n}]`);
  }
  return [{ dtype: a.dtype, shape: [m, n] }];
}

function inferMatMul(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw misfit(call, `${describeInput(call, 0)} times ${describeInput(call, 1)}; expected at least 1 axis each`);
  }
  const k = a.shape.at(-1)!;
  const k2 = b.shape.length === 1 ? b.shape[0]! : b.shape.at(-2)!;
  if (typeof k === "number" && typeof k2 === "number" && k !== k2) {
    throw misfit(call, `${describeInput(call, 0)} times ${describeInput(call, 1)}: ${k} columns against ${k2} rows`);
  }
  const batch = broadcastBatch(call, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = a.shape.length === 1 ? [] : [a.shape.at(-2)!];
  const columns = b.shape.length === 1 ? [] : [b.shape.at(-1)!];
  return [{ dtype: a.dtype, shape: [...batch, ...rows, ...columns] }];
}

function broadcastBatch(call: InferCall, a: readonly Dim[], b: readonly Dim[]): readonly Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis): Dim => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    if (typeof left === "number" && typeof right === "number") {
      throw misfit(call, `${describeInput(call, 0)} does not broadcast with ${describeInput(call, 1)}`);
    }
    if (typeof left === "number") return left;
    return typeof right === "number" ? right : opaqueDim(call, axis);
  });
}

/** Gemm: Y = alpha · A' B' + beta · C, with A and B transposed where asked (onnx/docs/Operators.md, Gemm). */
function interpretGemm(call: InterpretCall): readonly Tensor[] {
  const [a, b] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const [m, n] = type.shape as [number, number];
  const transA = readInt(call.node, "transA", 0) !== 0;
  const transB = readInt(call.node, "transB", 0) !== 0;
  const k = a.shape[transA ? 0 : 1]!;
  const [alpha, beta] = [readFloat(call.node, "alpha", 1), readFloat(call.node, "beta", 1)];
  const c = call.inputs[2];
  const added = c === undefined ? undefined : { values: numbers(c), from: broadcastOffsets(c.shape, type.shape) };
  const [x, y, result] = [numbers(a), numbers(b), newNumbers(type)];
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let inner = 0; inner < k; inner++) {
        sum += x[transA ? inner * m + row : row * k + inner]! * y[transB ? column * k + inner : inner * n + column]!;
      }
      const index = row * n + column;
      result[index] = alpha * sum + (added === undefined ? 0 : beta * added.values[added.from[index]!]!);
    }
  }
  return [tensorOf(type, result)];
}

/** MatMul: NumPy's matmul; a vector counts as one row (left) or one column (right) (onnx/docs/Operators.md, MatMul). */
function interpretMatMul(call: InterpretCall): readonly Tensor[] {
  const [a, b] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const k = a.shape.at(-1)!;
  const rows = a.shape.length === 1 ? 1 : a.shape.at(-2)!;
  const columns = b.shape.length === 1 ? 1 : b.shape.at(-1)!;
  const vectors = Number(a.shape.length === 1) + Number(b.shape.length === 1);
  const batch = type.shape.slice(0, type.shape.length - 2 + vectors);
  const fromA = broadcastOffsets(a.shape.slice(0, -2), batch);
  const fromB = broadcastOffsets(b.shape.slice(0, -2), batch);
  const [x, y, result] = [numbers(a), numbers(b), newNumbers(type)];
  let index = 0;
  for (const [position, matrixA] of fromA.entries()) {
    const matrixB = fromB[position]!;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let inner = 0; inner < k; inner++) {
          sum += x[(matrixA * rows + row) * k + inner]! * y[(matrixB * k + inner) * columns + column]!;
        }
        result[index++] = sum;
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Matrix products. */
export const MATRIX: readonly Operator[] = [
  {
    op: "Gemm",
    inputs: [2, 3],
    attributes: { alpha: "float", beta: "float", transA: "int", transB: "int", broadcast: "int" },
    infer: inferGemm,
    interpret: interpretGemm,
  },
  { op: "MatMul", inputs: [2, 2], infer: inferMatMul, interpret: interpretMatMul },
];
