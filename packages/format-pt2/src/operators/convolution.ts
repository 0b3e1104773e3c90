import { ints, int } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Attributes } from "../lowering/emitter.ts";
import type { Operand } from "../lowering/operand.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";

/** One number for every spatial axis. */
function spread(call: Call, name: string, count: number): readonly number[] {
  const values = call.ints(name);
  if (values.length === count) return values;
  if (values.length === 1) return Array.from({ length: count }, () => values[0]!);
  return call.refuse(`its argument "${name}" has ${values.length} numbers for ${count} axes`);
}

/** Applies a convolution to images; a single image without a batch axis gets one for the time. */
function withBatch(call: Call, x: Operand, spatial: number, apply: (value: string) => string): string {
  if (x.sizes.length === spatial + 2) return apply(x.value);
  const axes = call.emitter.ints([0]);
  return call.emit("Squeeze", [apply(call.emit("Unsqueeze", [x.value, axes])), axes]);
}

interface Parts {
  readonly x: Operand;
  readonly weight: Operand;
  readonly inputs: readonly string[];
  readonly spatial: number;
  readonly group: number;
}

function parts(call: Call): Parts {
  const x = call.tensor("input");
  const weight = call.tensor("weight");
  const bias = call.optional("bias");
  const group = call.int("groups");
  const inputs = [weight.value, ...(bias === undefined ? [] : [bias.value])];
  return { x, weight, inputs, spatial: weight.sizes.length - 2, group };
}

function kernelOf(call: Call, weight: Operand): readonly number[] {
  return weight.sizes
    .slice(2)
    .map((size) => (typeof size === "number" ? size : call.refuse("the size of its kernel is open")));
}

/** Adds a convolution; `padding` gives its attributes for that. */
export function convolve(
  call: Call,
  padding: (kernel: readonly number[], dilations: readonly number[]) => Attributes,
): string {
  const { x, weight, inputs, spatial, group } = parts(call);
  const kernel = kernelOf(call, weight);
  const dilations = spread(call, "dilation", spatial);
  return withBatch(call, x, spatial, (value) =>
    call.emit("Conv", [value, ...inputs], {
      kernel_shape: ints(kernel),
      strides: ints(spread(call, "stride", spatial)),
      ...padding(kernel, dilations),
      dilations: ints(dilations),
      group: int(group),
    }),
  );
}

const convolution: Lowering = (call) =>
  convolve(call, (kernel) => {
    const padding = spread(call, "padding", kernel.length);
    return { pads: ints([...padding, ...padding]) };
  });

/** Padding by a word: "same" puts the odd one after (PyTorch 2.13, `aten/src/ATen/native/Convolution.cpp`). */
const paddedConvolution: Lowering = (call) =>
  convolve(call, (kernel, dilations) => {
    const word = call.string("padding");
    if (word !== "same" && word !== "valid") return call.refuse(`its argument "padding" is "${word}"`);
    const totals = kernel.map((size, axis) => (word === "same" ? dilations[axis]! * (size - 1) : 0));
    const before = totals.map((total) => Math.floor(total / 2));
    return { pads: ints([...before, ...totals.map((total, axis) => total - before[axis]!)]) };
  });

function transposed(call: Call): string {
  const { x, weight, inputs, spatial, group } = parts(call);
  const padding = spread(call, "padding", spatial);
  return withBatch(call, x, spatial, (value) =>
    call.emit("ConvTranspose", [value, ...inputs], {
      kernel_shape: ints(kernelOf(call, weight)),
      strides: ints(spread(call, "stride", spatial)),
      pads: ints([...padding, ...padding]),
      dilations: ints(spread(call, "dilation", spatial)),
      output_padding: ints(spread(call, "output_padding", spatial)),
      group: int(group),
    }),
  );
}

/** Convolutions. */
export const CONVOLUTION: Lowerings = {
  "conv1d.default": convolution,
  "conv2d.default": convolution,
  "conv3d.default": convolution,
  "conv1d.padding": paddedConvolution,
  "conv2d.padding": paddedConvolution,
  "conv3d.padding": paddedConvolution,
  "conv_transpose1d.default": transposed,
  "conv_transpose2d.input": transposed,
  "conv_transpose3d.input": transposed,
  "convolution.default": (call) => (call.bool("transposed") ? transposed(call) : convolution(call)),
};
