import { formatShape, type Shape } from "@samoyed/core";
import { gemmRule, matMulRule, readFloat, readInt, readPermutation } from "@samoyed/ir";
import { unsupported } from "../unsupported.ts";
import { isColumnBias } from "../column-bias.ts";
import { binarySteps } from "../copy-steps.ts";
import { type Lowering, NO_ACTIVATION } from "../lowering.ts";
import { MAX_PLANNED_RANK } from "../limits.ts";
import { packMatrices, pushProduct } from "../matrix-product.ts";
import { type LowerCall, type Operator, packedWeight, requireAxes, shapeOf, type ShapeCall } from "../operator.ts";
import { newBuffer, type Place, plainStrides } from "../places.ts";
import type { SmydWeight } from "@samoyed/smyd-file";
import { permutedView, reshapedStrides, reshapedView, viewPlace } from "../views.ts";

/** The right side: a packed constant matrix, or any other value. */
function rightSide(call: LowerCall, layout: "panel8" | "panel8-transposed"): SmydWeight | Place {
  const { lowering, fused, weight } = call;
  const constant = weight(1);
  if (constant !== undefined && constant.layout !== "plain") return packedWeight(call, layout);
  return lowering.place(fused.inputs[1]!);
}

/** alpha · A · B + beta · C; what most networks have, alpha = beta = 1 and C one value a column, is one step. */
function lowerGemm(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const turned = readInt(node, "transB", 0) !== 0;
  const given = rightSide(call, turned ? "panel8" : "panel8-transposed");
  const right = "buffer" in given ? packMatrices(lowering, turned ? permutedView(given, [1, 0]) : given) : given;
  const [alpha, beta] = [readFloat(node, "alpha", 1), readFloat(node, "beta", 1)];
  const output = lowering.create(fused.output, shape, "plain");
  const a = lowering.place(fused.inputs[0]!);
  const left = readInt(node, "transA", 0) === 0 ? a : permutedView(a, [1, 0]);
  const c = fused.inputs[2] ? lowering.plain(lowering.place(fused.inputs[2])) : undefined;
  const isBias = c !== undefined && isColumnBias(c.shape, shape[1]!);
  if (alpha === 1 && beta === 1 && (c === undefined || isBias)) {
    const residual = fused.residual === undefined ? undefined : lowering.place(fused.residual);
    pushProduct({ lowering, left, right, output, bias: c, residual, activation: fused.activation });
  } else {
    const product = lowering.temporary(shape, "plain");
    pushProduct({ lowering, left, right, output: product, activation: NO_ACTIVATION });
    const scaled = scale(lowering, product, alpha);
    if (c === undefined) lowering.copy(scaled, output, fused.activation);
    else {
      const addend = scale(lowering, c, beta);
      lowering.push({
        reads: [scaled, addend],
        writes: output,
        emit: () => binarySteps("add", { left: scaled, right: addend, output }, fused.activation),
      });
    }
  }
  lowering.define(fused.output, output);
}

function scale(lowering: Lowering, place: Place, factor: number): Place {
  if (factor === 1) return place;
  const output = lowering.temporary(place.shape, "plain");
  lowering.push({
    reads: [place],
    writes: output,
    emit: (tables) => {
      const buffer = { ...newBuffer(4), fixed: true, address: tables.float(factor) };
      const right: Place = { buffer, layout: "plain", shape: [], border: 0 };
      return binarySteps("mul", { left: place, right, output }, NO_ACTIVATION);
    },
  });
  return output;
}

function lowerMatMul(call: LowerCall): void {
  const { fused, shape, lowering } = call;
  const right = rightSide(call, "panel8-transposed");
  const left = lowering.place(fused.inputs[0]!);
  const [a, b] = [left.shape, right.shape];
  const output = productPlace(call);
  // A vector is a matrix of one row or column, which the result then lacks.
  const matrix = [...shape];
  if (b.length === 1) matrix.push(1);
  if (a.length === 1) matrix.splice(-1, 0, 1);
  pushProduct({
    lowering,
    left: a.length === 1 ? reshapedView(left, [1, ...a])! : left,
    right: "buffer" in right ? packMatrices(lowering, b.length === 1 ? reshapedView(right, [...b, 1])! : right) : right,
    output: matrix.length === shape.length ? output : { ...output, shape: matrix },
    bias: fused.bias === undefined ? undefined : lowering.plain(lowering.place(fused.bias)),
    residual: fused.residual === undefined ? undefined : lowering.place(fused.residual),
    activation: fused.activation,
  });
  lowering.define(fused.output, output);
}

/** The place of a product: in the order that a Transpose after it wants, if that leaves its rows whole. */
export function productPlace(call: LowerCall): Place {
  const { fused, shape, lowering } = call;
  const output = lowering.create(fused.output, shape, "plain");
  const strides = wantedStrides(call, fused.output, shape);
  return strides?.at(-1) === 4 ? viewPlace(output, { shape, strides }) : output;
}

/** The strides with which a value would need no copy where the only node that reads it transposes it. */
function wantedStrides(call: LowerCall, name: string, shape: Shape): readonly number[] | undefined {
  const reader = call.readerOf(name);
  if (reader === undefined) return undefined;
  const { output, node } = reader;
  const to = call.shapeOf(output);
  const after = wantedStrides(call, output, to);
  if (node.op === "Transpose") {
    const perm = readPermutation(node, shape.length);
    const strides = after ?? plainStrides(to);
    return shape.map((_, axis) => strides[perm.indexOf(axis)]!);
  }
  return node.op === "Reshape" && after !== undefined
    ? reshapedStrides({ shape: to, strides: after }, shape)
    : undefined;
}

function requireMatrices(call: ShapeCall): void {
  const [a, b] = [shapeOf(call, 0), shapeOf(call, 1)];
  requireAxes(call, 0, [0, MAX_PLANNED_RANK]);
  // Packing takes one axis more.
  if (b.length >= MAX_PLANNED_RANK) {
    throw unsupported(
      call.node,
      `multiplies ${formatShape(a)} by ${formatShape(b)}; up to ${MAX_PLANNED_RANK - 1} axes on the right are planned`,
    );
  }
}

/** Whether the images of both sides are those of the result, and not rows that are summed over. */
function keepsImages(call: ShapeCall): boolean {
  const [a, b] = [shapeOf(call, 0), shapeOf(call, 1)];
  const rank = Math.max(a.length, b.length);
  if (call.batched[1] && (b.length < 3 || b.length < rank)) return false;
  return !call.batched[0] || (a.length > 1 && a.length === rank);
}

/** A product of matrices, as one step. */
export const MATMUL: Operator = {
  rule: matMulRule,
  require: requireMatrices,
  keepsImages,
  lower: lowerMatMul,
};

/** Products of matrices. */
export const MATRIX: Readonly<Record<string, Operator>> = {
  Gemm: {
    rule: gemmRule,
    without: ["broadcast"],
    keepsImages: ({ node, batched }) => readInt(node, "transA", 0) === 0 && !batched[1],
    lower: lowerGemm,
  },
  MatMul: MATMUL,
};
