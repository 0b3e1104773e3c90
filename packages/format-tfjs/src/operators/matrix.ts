import { formatShape } from "@samoyed/core";
import { type Dim, type Node, readFloat, readInt } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, sizesOf, unsupported } from "./operator.ts";
import { broadcastTo } from "./repeat.ts";

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

/** A product of matrices, over any axes before them; an operand of one axis is a row on the left, a column on the right. */
const lowerMatMul: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const [x, y] = [inputOf(node, 0, emitter), inputOf(node, 1, emitter)];
  if (x.dtype !== "float32") throw unsupported(node, `works on ${x.dtype}`);
  const hint = `${emitter.nameOf(output)}/product`;
  const { shape } = emitter.type(output);
  const row = x.shape.length === 1 ? [1, ...x.shape] : x.shape;
  const column = y.shape.length === 1 ? [...y.shape, 1] : y.shape;
  let a = emitter.plain(x);
  let b = emitter.plain(y);
  if (row !== x.shape) a = emitter.reshape(a, row, { hint });
  if (column !== y.shape) b = emitter.reshape(b, column, { hint });
  const [batchA, batchB] = [row.slice(0, -2), column.slice(0, -2)];
  const flat = row !== x.shape || column !== y.shape;
  // One large product is many times faster than a small one for each row of the batch.
  if (batchA.length > 0 && batchB.every((size) => size === 1)) {
    const rows = emitter.reshape(a, ["rows", row.at(-1)!], { hint });
    const right = batchB.length === 0 ? b : emitter.reshape(b, column.slice(-2), { hint });
    const attr = { ...FLOAT, transpose_a: { b: false }, transpose_b: { b: false } };
    const product = emitter.emit("MatMul", [rows, right], { hint, attr });
    emitter.give(output, "Reshape", [product, sizesOf(node, shape, product, emitter)], { layout: "plain" });
    return;
  }
  const attr = { ...FLOAT, adj_x: { b: false }, adj_y: { b: false } };
  [a, b] = sameBatch(node, [a, b], { shapes: [row, column], hint, emitter });
  if (!flat) {
    emitter.give(output, "BatchMatMulV2", [a, b], { layout: "plain", attr });
    return;
  }
  const product = emitter.emit("BatchMatMulV2", [a, b], { hint, attr });
  emitter.give(output, "Reshape", [product, sizesOf(node, shape, product, emitter)], { layout: "plain" });
};

/** The operands repeated to the same batch: TensorFlow.js's cpu backend goes wrong where both are broadcast. */
function sameBatch(
  node: Node,
  [a, b]: readonly [string, string],
  {
    shapes,
    hint,
    emitter,
  }: { readonly shapes: readonly [readonly Dim[], readonly Dim[]]; readonly hint: string; readonly emitter: Emitter },
): [string, string] {
  const [batchA, batchB] = [shapes[0].slice(0, -2), shapes[1].slice(0, -2)];
  // Sizes of different names are equal or an error, and every engine says so.
  const equal = batchA.length === batchB.length && batchA.every((size, axis) => sameSize(size, batchB[axis]!));
  const single = [batchA, batchB].some((batch) => batch.every((size) => size === 1));
  if (equal || single) return [a, b];
  const rank = Math.max(batchA.length, batchB.length);
  const [longA, longB] = [batchA, batchB].map((batch) => [...new Array<number>(rank - batch.length).fill(1), ...batch]);
  const batch = longA!.map((size, axis) => (size === 1 ? longB![axis]! : size));
  const wide = [a, b].map((ref, index) => {
    const from = shapes[index]!;
    return broadcastTo(ref, { from, to: [...batch, ...from.slice(-2)], hint, emitter });
  });
  if (wide[0] === undefined || wide[1] === undefined) {
    throw unsupported(node, `broadcasts ${formatShape(batchA)} against ${formatShape(batchB)}`);
  }
  return [wide[0], wide[1]];
}

function sameSize(a: Dim, b: Dim): boolean {
  return a === b || (typeof a === "string" && typeof b === "string");
}

/** Products of matrices. */
export const MATRIX: LowerTable = { Gemm: lowerGemm, MatMul: lowerMatMul };
