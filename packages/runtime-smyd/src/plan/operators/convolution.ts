import { formatShape, type Shape } from "@samoyed/core";
import { convWeights } from "@samoyed/smyd-file";
import type { SmydNode, SmydWeight } from "@samoyed/smyd-file";
import { misfit, readInt, readInts, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import { imageSize } from "../places.ts";
import { productOperation } from "../product-steps.ts";
import { readWindow, type Window } from "../window.ts";

const ATTRIBUTES = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"];

function convShape(call: ShapeCall): Shape {
  const { node } = call;
  const [x, w, bias] = [shapeOf(call, 0), shapeOf(call, 1), call.inputs[2]];
  if (x.length !== 3 && x.length !== 4)
    throw unsupported(node, `has an input of ${x.length} axes; 3 and 4 are planned`);
  if (w.length !== x.length) throw misfit(node, `its weight is ${formatShape(w)}; expected ${x.length} axes`);
  const [outputs, perGroup, ...kernel] = w as [number, number, ...number[]];
  const group = readInt(node, "group", 1);
  if (!Number.isInteger(group) || group < 1 || outputs % group !== 0 || x[1] !== perGroup * group) {
    throw misfit(node, `its input is ${formatShape(x)}, its weight ${formatShape(w)}, its group ${group}`);
  }
  const declared = readInts(node, "kernel_shape") ?? kernel;
  if (formatShape(declared) !== formatShape(kernel)) {
    throw misfit(node, `"kernel_shape" is ${formatShape(declared)}; the weight has ${formatShape(kernel)}`);
  }
  if (bias && formatShape(bias) !== formatShape([outputs])) {
    throw misfit(node, `its bias is ${formatShape(bias)}; expected [${outputs}]`);
  }
  return [x[0]!, outputs, ...convWindow(node, x, kernel).output.slice(4 - x.length)];
}

function convWindow(node: SmydNode, x: Shape, kernel: readonly number[]): Window {
  const { height, width } = imageSize(x);
  return readWindow(node, kernel, { size: [height, width] });
}

/** The packed weights of a convolution; @throws UnsupportedError when they are computed, or packed for something else. */
function convWeight({ node, weight }: LowerCall): SmydWeight {
  const found = weight(1);
  if (found === undefined) throw unsupported(node, "computes its weight; only a constant is planned");
  if ((found.layout !== "panel8" && found.layout !== "depthwise") || found.groups !== readInt(node, "group", 1)) {
    throw unsupported(
      node,
      `has a weight in the layout ${found.layout} of ${found.groups} groups, packed for another node`,
    );
  }
  return found;
}

function lowerConv(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const weight = convWeight(call);
  const input = lowering.pixels(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, "pixels");
  const residual = fused.residual === undefined ? undefined : lowering.pixels(fused.residual);
  const bias = fused.inputs[2] ? lowering.plain(lowering.place(fused.inputs[2])) : undefined;
  lowering.push(
    productOperation({
      lowering,
      weight,
      conv: convWeights(weight),
      window: convWindow(node, input.shape, weight.shape.slice(2)),
      input,
      output,
      ...(bias && { bias }),
      ...(residual && { residual }),
      activation: fused.activation,
    }),
  );
  lowering.define(fused.output, output);
}

/** Convolutions over one or two spatial axes. */
export const CONVOLUTION: Readonly<Record<string, Operator>> = {
  Conv: { inputs: [2, 3], attributes: ATTRIBUTES, shape: convShape, lower: lowerConv },
};
