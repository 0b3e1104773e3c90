import { type Node, type Pair, readInt, readInts } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { complete, type Convolved, convolve, type Filter, type Job, onlyRelu, windowAttr } from "./convolve.ts";
import { giveImage, imageOf, padImage, windowOf } from "./image.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, unsupported } from "./operator.ts";

const ONCE: Pair = [1, 1];

function filterOf(node: Node, emitter: Emitter): Filter {
  const value = inputOf(node, 1, emitter);
  const shape = value.shape.map((size) => {
    if (typeof size !== "number") throw unsupported(node, "has a filter whose sizes are open");
    return size;
  });
  if (shape.length !== 3 && shape.length !== 4) throw unsupported(node, `has a filter of ${shape.length} axes`);
  const [outputs, inputs, height, width] = shape.length === 4 ? shape : [shape[0]!, shape[1]!, 1, shape[2]!];
  return { value, shape: [outputs!, inputs!, height!, width!] };
}

const lowerConv: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const image = imageOf(node, inputOf(node, 0, emitter), emitter);
  const filter = filterOf(node, emitter);
  const kernel = readInts(node, "kernel_shape") ?? filter.shape.slice(4 - image.spatial.length);
  const window = windowOf(node, kernel, image.spatial);
  const x = padImage(node, emitter, { ref: image.ref, pads: window, value: 0 });
  const groups = readInt(node, "group", 1);
  // TensorFlow.js takes no stride where there is dilation, and depthwise only equal ones: then every pixel is computed.
  const [rows, columns] = window.strides;
  const dilated = Math.max(...window.dilations) > 1;
  const dense = Math.max(rows, columns) > 1 && (dilated || (groups > 1 && rows !== columns));
  const attr = windowAttr({ strides: dense ? ONCE : window.strides, dilations: window.dilations });
  const job: Job = { node, x, filter, groups, channels: image.channels, attr };

  const hint = `${emitter.nameOf(node.name)}/dense`;
  const convolved = convolve(job, emitter);
  const bias = optionalInput(node, 2, emitter);
  const fuses = convolved.op === "Conv2D" && bias !== undefined && image.rank === 4;
  const relu = fuses ? onlyRelu(output, emitter) : undefined;
  let result = complete(convolved, emitter, { hint, bias, relu: relu !== undefined });
  if (dense) result = thinOut(result, emitter, { hint, strides: window.strides });
  if (relu !== undefined) emitter.absorb(relu);
  giveImage(relu?.outputs[0] ?? output, emitter, { ...result, rank: image.rank });
};

/** Keeps every n-th pixel of an image. */
function thinOut(
  { op, inputs, attr }: Convolved,
  emitter: Emitter,
  { hint, strides }: { readonly hint: string; readonly strides: Pair },
): Convolved {
  const all = emitter.ints([0, 0, 0, 0]);
  const dense = emitter.emit(op, inputs, { hint, attr });
  return {
    op: "StridedSlice",
    inputs: [dense, all, all, emitter.ints([1, strides[0], strides[1], 1])],
    attr: {
      T: typeAttr("float32"),
      Index: typeAttr("int32"),
      begin_mask: { i: "15" },
      end_mask: { i: "15" },
      ellipsis_mask: { i: "0" },
      new_axis_mask: { i: "0" },
      shrink_axis_mask: { i: "0" },
    },
  };
}

/** Convolutions. */
export const CONVOLUTION: LowerTable = { Conv: lowerConv };
