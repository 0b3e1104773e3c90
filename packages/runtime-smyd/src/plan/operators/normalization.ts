import { formatShape, type Shape } from "@samoyed/core";
import type { Step } from "../steps.ts";
import { clearBorder } from "../copy-steps.ts";
import { misfit, readFloat, readInt, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import { imageOf, imageSize, type Place } from "../places.ts";

function normShape(call: ShapeCall): Shape {
  const { node, inputs } = call;
  const x = shapeOf(call, 0);
  if (x.length < 2 || x.length > 4) throw unsupported(node, `has an input of ${x.length} axes; 2 to 4 are planned`);
  for (const [index, shape] of inputs.slice(1).entries()) {
    if (shape && formatShape(shape) !== formatShape([x[1]!])) {
      throw misfit(node, `its input ${index + 1} is ${formatShape(shape)}; expected [${x[1]}]`);
    }
  }
  return x;
}

function batchNormShape(call: ShapeCall): Shape {
  const { node } = call;
  if (readInt(node, "training_mode", 0) !== 0) throw unsupported(node, "is in training mode");
  return normShape(call);
}

function lowerBatchNorm({ fused, node, shape, lowering }: LowerCall): void {
  const input = lowering.pixels(fused.inputs[0]!);
  const parameters = fused.inputs.slice(1, 5).map((name) => lowering.plain(lowering.place(name)));
  const output = lowering.create(fused.output, shape, "pixels");
  const [scale, bias, mean, variance] = parameters as [Place, Place, Place, Place];
  const epsilon = readFloat(node, "epsilon", 1e-5);
  lowering.push({
    reads: [input, ...parameters],
    writes: output,
    emit: () => [
      ...clearBorder(output),
      ...Array.from({ length: shape[0]! }, (_, image): Step => ({
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
    ],
  });
  lowering.define(fused.output, output);
}

/** One channel of one image of a plain value, as an image of its own: a row of `pixels`. */
function channelOf({ buffer, shape }: Place, index: number): { place: Place; address: number } {
  const { height, width } = imageSize(shape);
  const place: Place = { buffer, layout: "pixels", shape: [1, 1, height * width], border: 0 };
  return { place, address: buffer.address + 4 * index * height * width };
}

/**
 * Pixels are normalised image by image. A plain value (between the reshapes that spell group norm) has its channels one
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
  lowering.push({
    reads: [input, scale, bias],
    writes: output,
    emit: () =>
      input.layout === "pixels"
        ? [...clearBorder(output), ...Array.from({ length: images }, (_, image) => byImage(image))]
        : Array.from({ length: images * channels }, (_, index) => byChannel(index)),
  });
  lowering.define(fused.output, output);
}

/** Normalisations over channels. */
export const NORMALIZATION: Readonly<Record<string, Operator>> = {
  BatchNormalization: {
    inputs: [5, 5],
    // The momentum is for training alone.
    attributes: ["epsilon", "momentum", "training_mode"],
    shape: batchNormShape,
    lower: lowerBatchNorm,
  },
  InstanceNormalization: { inputs: [3, 3], attributes: ["epsilon"], shape: normShape, lower: lowerInstanceNorm },
};
