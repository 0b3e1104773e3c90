import {
  CANONICAL_OPSET,
  layerNormRule,
  normalizeAxis,
  readFloat,
  readInt,
  readSoftmaxAxis,
  softmaxRule,
} from "@samoyed/ir";
import { broadcastView, stridedCopy } from "../copy-steps.ts";
import { countElements } from "../limits.ts";
import type { Lowering } from "../lowering.ts";
import { isDeferred } from "./attention.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { type Place, viewOf } from "../places.ts";
import { lowerRows } from "../row-steps.ts";

/** Softmax over an axis, or its logarithm. */
export function softmax(operator: "softmax" | "log-softmax"): Operator {
  return {
    rule: softmaxRule,
    require: requireRank,
    keepsImages: (call) => readSoftmaxAxis(call, shapeOf(call, 0).length) > 0,
    lower({ fused, node, shape, lowering }) {
      if (isDeferred(fused)) return;
      const axis = readSoftmaxAxis({ node, opset: CANONICAL_OPSET }, shape.length);
      const rows = { axes: [axis], sizes: [shape[axis]!], contiguous: true, step: () => ({ operator }) };
      lowering.define(fused.output, lowerRows(lowering, lowering.place(fused.inputs[0]!), rows));
    },
  };
}

function layerNormAxis({ node }: Pick<ShapeCall, "node">, rank: number): number {
  return normalizeAxis(node, readInt(node, "axis", -1), rank);
}

/** A parameter with a float32 for each element of a row. */
function ofEveryElement(lowering: Lowering, name: string, shape: readonly number[]): Place {
  const place = lowering.plain(lowering.place(name));
  if (countElements(place.shape, "a parameter") === countElements(shape, "a row")) return place;
  const whole = lowering.temporary(shape, "plain");
  lowering.push({
    reads: [place],
    writes: whole,
    emit: () => [stridedCopy(broadcastView(place, shape), viewOf(whole), shape)],
  });
  return whole;
}

function lowerLayerNorm(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const axis = layerNormAxis(call, shape.length);
  const sizes = shape.slice(axis);
  const [scale, bias] = fused.inputs
    .slice(1)
    .filter((name) => name !== "")
    .map((name) => ofEveryElement(lowering, name, sizes)) as [Place, Place?];
  const epsilon = readFloat(node, "epsilon", 1e-5);
  const result = lowerRows(lowering, lowering.place(fused.inputs[0]!), {
    axes: sizes.map((_, index) => axis + index),
    sizes,
    contiguous: true,
    reads: bias ? [scale, bias] : [scale],
    step: () => ({
      operator: "layer-norm",
      scale: scale.buffer.address,
      ...(bias && { bias: bias.buffer.address }),
      epsilon,
    }),
  });
  lowering.define(fused.output, result);
}

/** Normalizations of rows: elements along one axis, or along the last axes. */
export const AXIS_NORMALIZATION: Readonly<Record<string, Operator>> = {
  Softmax: softmax("softmax"),
  LayerNormalization: {
    rule: layerNormRule,
    require: requireRank,
    keepsImages: (call) => layerNormAxis(call, shapeOf(call, 0).length) > 0 && !call.batched.slice(1).includes(true),
    lower: lowerLayerNorm,
  },
};
