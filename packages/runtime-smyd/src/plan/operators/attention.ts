import type { Shape } from "@samoyed/core";
import { CANONICAL_OPSET, readSoftmaxAxis } from "@samoyed/ir";
import type { FusedNode } from "../fused-node.ts";
import { packMatrices, pushProduct } from "../matrix-product.ts";
import type { LowerCall, Operator } from "../operator.ts";
import { NO_ACTIVATION } from "../lowering.ts";
import { type Place, viewOf } from "../places.ts";
import { lowerRows, type RowRequest } from "../row-steps.ts";
import { MATMUL, productPlace } from "./matrix.ts";
import { viewPlace } from "../views.ts";

/*
 * Attention is MatMul(Softmax(MatMul(Q, K)), V), whose scores are as many as rows of Q times rows of V: 800 MB where
 * 12 heads look at 4096 places. Where they are too many, some rows of Q after the other go through all three nodes. No
 * result changes by that: each row's sums are the same.
 */

/** Bytes of scores that are taken apart, and in memory at a time with the softmax of them: what caches hold. */
const SCORE_BYTES: number = 4 << 20;

/** Rows that pay for the weights that pass by. */
const MIN_ROWS = 48;

/** The product that makes an attention's scores, by the product with its values; and the softmax between them. */
const deferred: WeakMap<FusedNode, FusedNode> = new WeakMap();

/** Whether a node is computed with the one that reads it. */
export function isDeferred(softmax: FusedNode): boolean {
  return deferred.has(softmax);
}

/** Leaves a product and the softmax of it to the product that reads them, where this is attention with many scores. */
function deferScores({ fused, shape, readerOf, shapeOf, weight, lowering: { model } }: LowerCall): boolean {
  if (bytesOf(shape) <= SCORE_BYTES || fused.activation.kind !== "none" || fused.bias !== undefined) return false;
  const softmax = readerOf(fused.output);
  if (softmax?.kind !== "node" || softmax.node.op !== "Softmax") return false;
  const product = readerOf(softmax.output);
  if (product?.kind !== "node" || product.node.op !== "MatMul") return false;
  const { length: rank } = shape;
  const isAttention =
    readSoftmaxAxis({ node: softmax.node, opset: CANONICAL_OPSET }, rank) === rank - 1 &&
    [fused.inputs[0]!, product.output].every((name) => shapeOf(name).length === rank) &&
    [fused.inputs[1]!, product.inputs[1]!].every((name) => shapeOf(name).length >= 2) &&
    weight(1) === undefined &&
    !model.graph.initializers.has(product.inputs[1]!) &&
    product.bias === undefined &&
    product.residual === undefined;
  if (!isAttention) return false;
  deferred.set(softmax, fused);
  deferred.set(product, fused);
  return true;
}

/** The product of matrices, as one step or as the end of an attention. */
export const ATTENTION: Readonly<Record<string, Operator>> = {
  MatMul: {
    ...MATMUL,
    lower(call) {
      if (deferScores(call)) return;
      const scores = deferred.get(call.fused);
      if (scores === undefined) MATMUL.lower(call);
      else lowerAttention(call, { scores, output: productPlace(call) });
    },
  },
};

/** Plans scores, softmax and product, some rows at a time. */
function lowerAttention(
  { fused, lowering, shapeOf }: LowerCall,
  { scores, output }: { readonly scores: FusedNode; readonly output: Place },
): void {
  const queries = lowering.place(scores.inputs[0]!);
  const keys = packMatrices(lowering, lowering.place(scores.inputs[1]!));
  const values = packMatrices(lowering, lowering.place(fused.inputs[1]!));
  const residual = scores.residual === undefined ? undefined : lowering.place(scores.residual);
  const shape = shapeOf(scores.output);
  const rows = shape.at(-2)!;
  const most = Math.max(MIN_ROWS, Math.floor((SCORE_BYTES / 2 / bytesOf(shape)) * rows));
  for (let first = 0; first < rows; first += most) {
    const some = (place: Place): Place => rowsOf(place, first, Math.min(most, rows - first));
    const block = lowering.temporary(withRows(shape, Math.min(most, rows - first)), "plain");
    pushProduct({
      lowering,
      left: some(queries),
      right: keys,
      output: block,
      residual: residual?.shape.at(-2) === rows ? some(residual) : residual,
      activation: NO_ACTIVATION,
    });
    const axis = shape.length - 1;
    const softmax: RowRequest = {
      axes: [axis],
      sizes: [shape[axis]!],
      contiguous: true,
      step: () => ({ operator: "softmax" }),
    };
    pushProduct({
      lowering,
      left: lowerRows(lowering, block, softmax),
      right: values,
      output: some(output),
      activation: fused.activation,
    });
  }
  lowering.define(fused.output, output);
}

function bytesOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 4);
}

function withRows(shape: Shape, rows: number): Shape {
  return [...shape.slice(0, -2), rows, shape.at(-1)!];
}

/** Some rows of matrices: a view. */
function rowsOf(place: Place, first: number, count: number): Place {
  const { strides } = viewOf({ ...place, buffer: { ...place.buffer, address: 0 } });
  return viewPlace(place, { shape: withRows(place.shape, count), strides, offset: first * strides.at(-2)! });
}
