import type { Shape } from "@samoyed/core";
import { countElements, MAX_RANK } from "../limits.ts";
import { normalizeAxis, readInt, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import { imageSize } from "../places.ts";
import type { SmydNode } from "../../file/types.ts";

/** Since opset 13 one axis, the last by default; before, all axes from `axis` (1 by default) on, seen as one. */
function firstAxis(node: SmydNode, { opset, rank }: { readonly opset: number; readonly rank: number }): number {
  const axis = readInt(node, "axis", opset >= 13 ? -1 : 1);
  return opset < 13 && axis === rank ? rank : normalizeAxis(node, axis, rank);
}

function softmaxShape(call: ShapeCall): Shape {
  const { node, model } = call;
  const x = shapeOf(call, 0);
  if (x.length > MAX_RANK) throw unsupported(node, `has an input of ${x.length} axes; up to ${MAX_RANK} are planned`);
  firstAxis(node, { opset: model.graph.opset, rank: x.length });
  return x;
}

function lowerSoftmax({ fused, node, shape, lowering }: LowerCall, kind: "softmax" | "log-softmax"): void {
  const { opset } = lowering.model.graph;
  const axis = firstAxis(node, { opset, rank: shape.length });
  const input = lowering.place(fused.inputs[0]!);
  const last = axis === shape.length - 1;
  // The channels of pixels without a border lie one behind the other; so do all axes from any one on in plain values.
  const channels = opset >= 13 && axis === 1 && (shape.length === 3 || shape.length === 4);
  if (!last && opset >= 13 && !channels) {
    throw unsupported(node, `works along axis ${axis} of ${shape.length}; the last one and channels are planned`);
  }
  const asPixels = channels && !last;
  const source = asPixels ? unbordered() : lowering.plain(input);
  const output = lowering.temporary(shape, asPixels ? "pixels" : "plain");
  const total = countElements(shape, "a value");
  const count = asPixels ? imageSize(shape).channels : countElements(shape.slice(axis), "a value");
  lowering.push({
    reads: [source],
    writes: output,
    emit: () => [{ kind, input: source.buffer.address, output: output.buffer.address, rows: total / count, count }],
  });
  lowering.define(fused.output, output);

  function unbordered(): typeof input {
    if (input.layout === "pixels" && input.border === 0) return input;
    const made = lowering.temporary(shape, "pixels");
    lowering.copy(input, made);
    return made;
  }
}

function softmax(kind: "softmax" | "log-softmax"): Operator {
  return {
    inputs: [1, 1],
    attributes: ["axis"],
    shape: softmaxShape,
    keepsImages: (call) => firstAxis(call.node, { opset: call.model.graph.opset, rank: shapeOf(call, 0).length }) > 0,
    lower: (call) => lowerSoftmax(call, kind),
  };
}

/** Softmax and its logarithm. */
export const SOFTMAX: Readonly<Record<string, Operator>> = {
  Softmax: softmax("softmax"),
  LogSoftmax: softmax("log-softmax"),
};
