import { convRule } from "@samoyed/ir";
import { convWeights } from "@samoyed/smyd-file";
import { type LowerCall, type Operator, packedWeight, requireImages } from "../operator.ts";
import { productOperation } from "../product-steps.ts";
import { planWindow } from "../window.ts";

function lowerConv(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const weight = packedWeight(call, "panel8", "depthwise");
  const input = lowering.pixels(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, "pixels");
  const residual = fused.residual === undefined ? undefined : lowering.pixels(fused.residual);
  const bias = fused.inputs[2] ? lowering.plain(lowering.place(fused.inputs[2])) : undefined;
  lowering.give(
    fused.output,
    productOperation({
      lowering,
      weight,
      conv: convWeights(weight),
      window: planWindow(node, weight.shape.slice(2), { input: input.shape, output: shape }),
      input,
      output,
      ...(bias && { bias }),
      ...(residual && { residual }),
      activation: fused.activation,
    }),
  );
}

/** Convolutions over one or two spatial axes. */
export const CONVOLUTION: Readonly<Record<string, Operator>> = {
  Conv: { rule: convRule, require: requireImages, lower: lowerConv },
};
