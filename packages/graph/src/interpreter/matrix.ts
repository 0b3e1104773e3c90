import type { Tensor } from "@samoyed/core";
import { numbers, readFloat, readInt } from "@samoyed/ir";
import { doubles, newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { broadcastOffsets } from "./positions.ts";
import { addProduct, transposed } from "./product.ts";

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
  const result = newNumbers(type);
  const x = transA ? transposed(numbers(a), { rows: k, columns: m }) : doubles(a);
  const y = transB ? doubles(b) : transposed(numbers(b), { rows: k, columns: n });
  addProduct({ a: x, b: y, rows: m, columns: n, depth: k }, { out: result, first: 0, step: n });
  for (let index = 0; index < result.length; index++) {
    result[index] = alpha * result[index]! + (added === undefined ? 0 : beta * added.values[added.from[index]!]!);
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
  const [x, y, result] = [doubles(a), numbers(b), newNumbers(type)];
  let laidOut: { readonly matrix: number; readonly values: Float64Array } | undefined;
  for (const [position, matrixA] of fromA.entries()) {
    const matrix = fromB[position]!;
    if (laidOut?.matrix !== matrix) {
      laidOut = { matrix, values: transposed(y, { rows: k, columns, first: matrix * k * columns }) };
    }
    const left = x.subarray(matrixA * rows * k, (matrixA + 1) * rows * k);
    const product = { a: left, b: laidOut.values, rows, columns, depth: k };
    addProduct(product, { out: result, first: position * rows * columns, step: columns });
  }
  return [tensorOf(type, result)];
}

/** Matrix products. */
export const MATRIX: InterpreterTable = {
  Gemm: interpretGemm,
  MatMul: interpretMatMul,
};
