import { instanceNormRule, readFloat } from "@samoyed/ir";
import { eachImage } from "../copy-steps.ts";
import type { Step } from "../steps.ts";
import { type LowerCall, type Operator, requireAxes } from "../operator.ts";
import { imageOf, imageSize, type Place } from "../places.ts";

/** One channel of one image of a plain value, as an image of its own: a row of `pixels`. */
function channelOf({ buffer, shape }: Place, index: number): { place: Place; address: number } {
  const { height, width } = imageSize(shape);
  const place: Place = { buffer, layout: "pixels", shape: [1, 1, height * width], border: 0 };
  return { place, address: buffer.address + 4 * index * height * width };
}

/**
 * Pixels are normalized image by image. A plain value (between the reshapes that spell group norm) has its channels one
 * behind the other, and stays so.
 */
function lowerInstanceNorm({ fused, node, shape, lowering }: LowerCall): void {
  const found = lowering.place(fused.inputs[0]!);
  const input = found.layout === "plain" ? found : lowering.pixels(fused.inputs[0]!);
  const [scale, bias] = fused.inputs.slice(1).map((name) => lowering.plain(lowering.place(name))) as [Place, Place];
  const output = lowering.create(fused.output, shape, input.layout);
  const epsilon = readFloat(node, "epsilon", 1e-5);
  const { images, channels } = imageSize(shape);
  const common = { kind: "instance-norm", epsilon } as const;
  const byImage = (image: number): Step => ({
    ...common,
    input: imageOf(input, image),
    output: imageOf(output, image),
    scale: scale.buffer.address,
    bias: bias.buffer.address,
  });
  const byChannel = (index: number): Step => {
    const [from, to] = [channelOf(input, index), channelOf(output, index)];
    const channel = index % channels;
    return {
      ...common,
      input: { ...imageOf(from.place, 0), address: from.address },
      output: { ...imageOf(to.place, 0), address: to.address },
      scale: scale.buffer.address + 4 * channel,
      bias: bias.buffer.address + 4 * channel,
    };
  };
  lowering.give(fused.output, {
    reads: [input, scale, bias],
    writes: output,
    emit: () =>
      input.layout === "pixels"
        ? eachImage(shape, byImage)
        : Array.from({ length: images * channels }, (_, index) => byChannel(index)),
  });
}

/** Instance norms. */
export const INSTANCE_NORM: Readonly<Record<string, Operator>> = {
  InstanceNormalization: {
    rule: instanceNormRule,
    require: (call) => requireAxes(call, 0, [2, 4]),
    lower: lowerInstanceNorm,
  },
};
