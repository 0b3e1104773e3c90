import { batchNormRule, readFloat, readInt } from "@samoyed/ir";
import { eachImage } from "../copy-steps.ts";
import { unsupported } from "../unsupported.ts";
import { type LowerCall, type Operator, requireAxes, type ShapeCall } from "../operator.ts";
import { imageOf, type Place } from "../places.ts";

function requireInference(call: ShapeCall): void {
  const { node } = call;
  if (readInt(node, "training_mode", 0) !== 0) throw unsupported(node, "is in training mode");
  requireAxes(call, 0, [2, 4]);
}

function lowerBatchNorm({ fused, node, shape, lowering }: LowerCall): void {
  const input = lowering.pixels(fused.inputs[0]!);
  const parameters = fused.inputs.slice(1, 5).map((name) => lowering.plain(lowering.place(name)));
  const output = lowering.create(fused.output, shape, "pixels");
  const [scale, bias, mean, variance] = parameters as [Place, Place, Place, Place];
  const epsilon = readFloat(node, "epsilon", 1e-5);
  lowering.give(fused.output, {
    reads: [input, ...parameters],
    writes: output,
    emit: () =>
      eachImage(shape, (image) => ({
        kind: "batch-norm",
        input: imageOf(input, image),
        output: imageOf(output, image),
        scale: scale.buffer.address,
        bias: bias.buffer.address,
        mean: mean.buffer.address,
        variance: variance.buffer.address,
        epsilon,
        activation: fused.activation,
      })),
  });
}

/** Batch norms that were not folded into a convolution. */
export const BATCH_NORM: Readonly<Record<string, Operator>> = {
  BatchNormalization: {
    rule: batchNormRule,
    without: ["is_test", "spatial"],
    require: requireInference,
    lower: lowerBatchNorm,
  },
};
