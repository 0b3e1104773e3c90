import { convRule, kernelExtent, readInt, readWindow } from "@samoyed/ir";
import { convWeights, panelLayout } from "@samoyed/smyd-file";
import { type LowerCall, type Operator, packedWeight, requireImages } from "../operator.ts";
import type { PlanNode } from "../model.ts";
import { packPanels } from "../pack-panels.ts";
import { type Product, productOperation } from "../product-steps.ts";
import { reshapedView } from "../views.ts";
import { planWindow } from "../window.ts";

/** Packed weights: a constant, or computed ones that are packed at run time; with the channels of each group. */
function convWeight(call: LowerCall): Pick<Product, "weight" | "groups"> {
  const { fused, node, lowering, weight } = call;
  const constant = weight(1);
  if (constant !== undefined && constant.layout !== "plain") {
    const packed = packedWeight(call, "panel8", "depthwise");
    return { weight: packed, groups: panelLayout(convWeights(packed)) };
  }
  const computed = lowering.place(fused.inputs[1]!);
  const [channels, inputs, ...kernel] = computed.shape as [number, number, ...number[]];
  const groups = readInt(node, "group", 1);
  const outputs = channels / groups;
  const shape = [groups, outputs, inputs, ...kernel];
  const divided = reshapedView(computed, shape) ?? { ...lowering.plain(computed), shape };
  const depth = [...kernel.map((_, axis) => 3 + axis), 2];
  return {
    weight: packPanels(lowering, [divided], { groups: [0], outputs: 1, depth }),
    groups: { groups, inputs, outputs },
  };
}

function lowerConv(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const { weight, groups } = convWeight(call);
  const input = lowering.pixels(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, "pixels");
  const residual = fused.residual === undefined ? undefined : lowering.pixels(fused.residual);
  const bias = fused.inputs[2] ? lowering.plain(lowering.place(fused.inputs[2])) : undefined;
  lowering.give(
    fused.output,
    productOperation({
      lowering,
      weight,
      groups,
      window: planWindow(node, call.shapeOf(fused.inputs[1]!).slice(2), { input: input.shape, output: shape }),
      input,
      output,
      ...(bias && { bias }),
      ...(residual && { residual }),
      activation: fused.activation,
    }),
  );
}

/** The padding on any side that a convolution may need; exact but for SAME, where it depends on the image. */
function largestPadding(node: PlanNode, kernel: readonly number[]): number {
  const window = readWindow(node, kernel);
  if (window.pads !== undefined) return Math.max(...window.pads.begin, ...window.pads.end);
  return Math.max(...kernel.map((_, axis) => kernelExtent(window, axis))) - 1;
}

/** Convolutions over one or two spatial axes. */
export const CONVOLUTION: Readonly<Record<string, Operator>> = {
  Conv: {
    rule: convRule,
    require: requireImages,
    border: largestPadding,
    keepsImages: ({ batched }) => !batched[1],
    lower: lowerConv,
  },
};
