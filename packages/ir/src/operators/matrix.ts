import { readInt } from "../attributes.ts";
import { broadcastShapes, requireBroadcastTo } from "../broadcast.ts";
import { sizesDiffer } from "../compare-dims.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import {
  describeInput,
  type InferCall,
  inputError,
  inputType,
  type OperatorRule,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

function requireProduct(call: InferCall, columns: Dim, rows: Dim): void {
  if (sizesDiffer(columns, rows)) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} times ${describeInput(call, 1)}: ${columns} columns against ${rows} rows`,
    );
  }
}

/** Returns a matrix's rows and columns, transposed if the attribute says so. */
function matrixSides(call: InferCall, index: number, attribute: string): readonly [Dim, Dim] {
  const [rows, columns, ...rest] = inputType(call, index).shape;
  if (rows === undefined || columns === undefined || rest.length > 0) throw inputError(call, index, "2 axes");
  return readInt(call.node, attribute, 0) !== 0 ? [columns, rows] : [rows, columns];
}

function inferGemm(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const [m, columns] = matrixSides(call, 0, "transA");
  const [rows, n] = matrixSides(call, 1, "transB");
  requireProduct(call, columns, rows);
  const c = call.inputs[2];
  if (c !== undefined) requireBroadcastTo(call, 2, { shape: c.shape, target: [m, n] });
  return [{ dtype: inputType(call, 0).dtype, shape: [m, n] }];
}

function inferMatMul(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  for (const index of [0, 1]) {
    if (inputType(call, index).shape.length === 0) throw inputError(call, index, "at least 1 axis");
  }
  requireProduct(call, a.shape.at(-1)!, b.shape.length === 1 ? b.shape[0]! : b.shape.at(-2)!);
  const batch = broadcastShapes(call, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const rows = a.shape.length === 1 ? [] : [a.shape.at(-2)!];
  const columns = b.shape.length === 1 ? [] : [b.shape.at(-1)!];
  return [{ dtype: a.dtype, shape: [...batch, ...rows, ...columns] }];
}

/** Rule of Gemm. */
export const gemmRule: OperatorRule = {
  inputs: [2, 3],
  attributes: { alpha: "float", beta: "float", transA: "int", transB: "int", broadcast: "int" },
  infer: inferGemm,
};

/** Rule of MatMul. */
export const matMulRule: OperatorRule = { inputs: [2, 2], infer: inferMatMul };

/** Matrix products (onnx/docs/Operators.md, Gemm and MatMul). */
export const MATRIX: RuleTable = { Gemm: gemmRule, MatMul: matMulRule };
