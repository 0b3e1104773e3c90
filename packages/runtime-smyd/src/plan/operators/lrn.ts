import { NORMALIZATION as RULES, readFloat, readInt } from "@samoyed/ir";
import { eachImage } from "../copy-steps.ts";
import { floatPlace } from "../element-constants.ts";
import { giveElements, lowerElements } from "../element-steps.ts";
import { type LowerCall, type Operator, requireImages } from "../operator.ts";
import { imageOf, imageSize, type Place } from "../places.ts";

/** x / (bias + alpha · mean)^beta, the mean that of squares of neighboring channels: a pool along them. */
function lowerLrn(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const x = lowering.pixels(fused.inputs[0]!);
  const size = readInt(node, "size", 1);
  const squares = lowerElements(lowering, { operator: "mul", of: [x, x] });
  const means = lowering.temporary(shape, "pixels");
  const { images, channels, height, width } = imageSize(shape);
  // Pixels as rows of an image of one channel: [N][H · W][C].
  const rows = (place: Place): Place => ({ ...place, shape: [images, 1, height * width, channels] });
  lowering.push({
    reads: [squares],
    writes: means,
    emit: () =>
      eachImage(shape, (image) => ({
        kind: "average-pool",
        input: imageOf(rows(squares), image),
        output: imageOf(rows(means), image),
        kernel: [1, size],
        strides: [1, 1],
        dilations: [1, 1],
        pads: [0, Math.floor((size - 1) / 2)],
        padsEnd: [0, Math.ceil((size - 1) / 2)],
        divisor: "padded",
      })),
  });
  const constant = (name: string, fallback: number): Place => floatPlace(call, readFloat(node, name, fallback));
  const scaled = { operator: "mul", of: [means, constant("alpha", 1e-4)] } as const;
  const base = { operator: "add", of: [scaled, constant("bias", 1)] } as const;
  giveElements(call, { operator: "div", of: [x, { operator: "pow", of: [base, constant("beta", 0.75)] }] });
}

/** Local response normalization over channels. */
export const LRN: Readonly<Record<string, Operator>> = {
  LRN: { rule: RULES["LRN"]!, require: requireImages, lower: lowerLrn },
};
