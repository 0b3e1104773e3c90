import type { Shape } from "@samoyed/core";
import { averagePoolRule, globalPoolRule, maxPoolRule, type OperatorRule, poolKernel, readInt } from "@samoyed/ir";
import { eachImage } from "../copy-steps.ts";
import { type LowerCall, type Operator, requireImages } from "../operator.ts";
import { imageOf, imageSize, type Place } from "../places.ts";
import { planWindow, type PlannedWindow } from "../window.ts";

/** One window over the whole image. */
function globalWindow(x: Shape): PlannedWindow {
  const { height, width } = imageSize(x);
  const one = [1, 1] as const;
  const zero = [0, 0] as const;
  return { kernel: [height, width], strides: one, dilations: one, begin: zero, end: zero, output: one };
}

function lowerPool(
  { fused, shape, lowering, node }: LowerCall,
  kind: "max-pool" | "average-pool",
  windowOf: (input: Place) => PlannedWindow,
): void {
  const input = lowering.pixels(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, "pixels");
  const { kernel, strides, dilations, begin, end } = windowOf(input);
  const divisor = readInt(node, "count_include_pad", 0) === 0 ? "inside" : "padded";
  lowering.give(fused.output, {
    reads: [input],
    writes: output,
    emit: () =>
      eachImage(shape, (image) => ({
        kind,
        input: imageOf(input, image),
        output: imageOf(output, image),
        kernel,
        strides,
        dilations,
        pads: begin,
        padsEnd: end,
        divisor,
      })),
  });
}

function pool(rule: OperatorRule, kind: "max-pool" | "average-pool"): Operator {
  return {
    rule,
    require: requireImages,
    lower: (call) =>
      lowerPool(call, kind, ({ shape: input }) =>
        planWindow(call.node, poolKernel(call.node, input.length), { input, output: call.shape }),
      ),
  };
}

/** Pools over one or two spatial axes, but for `GlobalAveragePool`, which is common. */
export const POOLING: Readonly<Record<string, Operator>> = {
  MaxPool: pool(maxPoolRule, "max-pool"),
  AveragePool: pool(averagePoolRule, "average-pool"),
  GlobalMaxPool: {
    rule: globalPoolRule,
    require: requireImages,
    lower: (call) => lowerPool(call, "max-pool", ({ shape }) => globalWindow(shape)),
  },
};
