import { formatShape } from "@samoyed/core";
import { readFloat, readInt } from "@samoyed/ir";
import { typeAttr } from "../tf-graph.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, unsupported } from "./operator.ts";

const FLOAT = { T: typeAttr("float32") };

/** alpha · A B + beta · C */
const lowerGemm: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const [a, b] = [inputOf(node, 0, emitter), inputOf(node, 1, emitter)];
  if (a.dtype !== "float32") throw unsupported(node, `works on ${a.dtype}`);
  const c = optionalInput(node, 2, emitter);
  const hint = `${emitter.nameOf(output)}/product`;
  const attr = {
    ...FLOAT,
    transpose_a: { b: readInt(node, "transA", 0) !== 0 },
    transpose_b: { b: readInt(node, "transB", 0) !== 0 },
  };
  const [alpha, beta] = [readFloat(node, "alpha", 1), readFloat(node, "beta", 1)];
  const product = [emitter.plain(a), emitter.plain(b)];
  if (alpha === 1 && (c === undefined || beta === 0)) {
    emitter.give(output, "MatMul", product, { layout: "plain", attr });
    return;
  }
  let sum = emitter.emit("MatMul", product, { hint, attr });
  if (c === undefined || beta === 0) {
    emitter.give(output, "Mul", [sum, emitter.float(alpha)], { layout: "plain", attr: FLOAT });
    return;
  }
  if (alpha !== 1) sum = emitter.emit("Mul", [sum, emitter.float(alpha)], { hint, attr: FLOAT });
  let bias = emitter.plain(c);
  if (beta !== 1) bias = emitter.emit("Mul", [bias, emitter.float(beta)], { hint, attr: FLOAT });
  emitter.give(output, "AddV2", [sum, bias], { layout: "plain", attr: FLOAT });
};

const lowerMatMul: Lower = (node, emitter) => {
  const [a, b] = [inputOf(node, 0, emitter), inputOf(node, 1, emitter)];
  if (a.dtype !== "float32") throw unsupported(node, `works on ${a.dtype}`);
  if (a.shape.length < 2 || b.shape.length < 2) throw unsupported(node, "has an operand of one axis");
  // TensorFlow.js's cpu backend goes wrong where both operands are broadcast.
  const [batchA, batchB] = [a, b].map(({ shape }) => shape.slice(0, -2));
  const single = [batchA!, batchB!].some((batch) => batch.every((size) => size === 1));
  if (!single && formatShape(batchA!) !== formatShape(batchB!)) {
    throw unsupported(node, `broadcasts ${formatShape(batchA!)} against ${formatShape(batchB!)}`);
  }
  const attr = { ...FLOAT, adj_x: { b: false }, adj_y: { b: false } };
  emitter.give(onlyOutput(node, emitter), "BatchMatMulV2", [emitter.plain(a), emitter.plain(b)], {
    layout: "plain",
    attr,
  });
};

/** Products of matrices. */
export const MATRIX: LowerTable = { Gemm: lowerGemm, MatMul: lowerMatMul };
