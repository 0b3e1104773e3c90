import { readInt } from "../attributes.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import {
  describeInput,
  type InferCall,
  inputType,
  opaqueDim,
  type OperatorRule,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

function inferGemm(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  for (const index of [0, 1]) {
    if (inputType(call, index).shape.length !== 2)
      throw nodeShapeError(call.node, `${describeInput(call, index)}; expected 2 axes`);
  }
  const [m, k] = readInt(call.node, "transA", 0) !== 0 ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [k2, n] = readInt(call.node, "transB", 0) !== 0 ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (typeof k === "number" && typeof k2 === "number" && k !== k2) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} times ${describeInput(call, 1)}: ${k} columns against ${k2} rows`,
    );
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
    if (!fits) throw nodeShapeError(call.node, `${describeInput(call, 2)} does not broadcast to [${m}, ${n}]`);
  }
  return [{ dtype: a.dtype, shape: [m, n] }];
}

function inferMatMul(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} times ${describeInput(call, 1)}; expected at least 1 axis each`,
    );
  }
  const k = a.shape.at(-1)!;
  const k2 = b.shape.length === 1 ? b.shape[0]! : b.shape.at(-2)!;
  if (typeof k === "number" && typeof k2 === "number" && k !== k2) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} times ${describeInput(call, 1)}: ${k} columns against ${k2} rows`,
    );
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
      throw nodeShapeError(call.node, `${describeInput(call, 0)} does not broadcast with ${describeInput(call, 1)}`);
    }
    if (typeof left === "number") return left;
    return typeof right === "number" ? right : opaqueDim(call, axis);
  });
}

/** Gemm. */
export const gemmRule: OperatorRule = {
  inputs: [2, 3],
  attributes: { alpha: "float", beta: "float", transA: "int", transB: "int", broadcast: "int" },
  infer: inferGemm,
};

/** MatMul. */
export const matMulRule: OperatorRule = { inputs: [2, 2], infer: inferMatMul };

/** Matrix products (onnx/docs/Operators.md, Gemm and MatMul). */
export const MATRIX: RuleTable = { Gemm: gemmRule, MatMul: matMulRule };
