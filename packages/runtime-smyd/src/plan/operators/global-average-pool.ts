import { globalPoolRule } from "@samoyed/ir";
import { meanSteps } from "../mean-steps.ts";
import { type Operator, requireImages } from "../operator.ts";

/** The mean over the spatial axes, with which most classifiers end. */
export const GLOBAL_AVERAGE_POOL: Readonly<Record<string, Operator>> = {
  GlobalAveragePool: {
    rule: globalPoolRule,
    require: requireImages,
    lower: ({ fused, shape, lowering }) => {
      const input = lowering.pixels(fused.inputs[0]!);
      const output = lowering.create(fused.output, shape, "pixels");
      lowering.give(fused.output, { reads: [input], writes: output, emit: () => meanSteps(input, output) });
    },
  },
};
