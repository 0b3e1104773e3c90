import type { Shape } from "@samoyed/core";
import type { SmydNode } from "@samoyed/smyd-file";
import { clearBorder } from "../copy-steps.ts";
import { malformed, misfit, readInt, readInts, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import { imageOf, imageSize, type Place, viewOf } from "../places.ts";
import { readWindow, type Window } from "../window.ts";

const WINDOW = ["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "strides"];

function requireImages(node: SmydNode, x: Shape): void {
  if (x.length !== 3 && x.length !== 4)
    throw unsupported(node, `has an input of ${x.length} axes; 3 and 4 are planned`);
}

function poolWindow(node: SmydNode, x: Shape): Window {
  const kernel = readInts(node, "kernel_shape");
  if (kernel === undefined) throw malformed(node, `"kernel_shape" is missing`);
  if (kernel.length !== x.length - 2) throw misfit(node, `its kernel has ${kernel.length} axes, its input ${x.length}`);
  const { height, width } = imageSize(x);
  return readWindow(node, kernel, { size: [height, width], ceil: readInt(node, "ceil_mode", 0) !== 0 });
}

/** One window over the whole image. */
function globalWindow(x: Shape): Window {
  const { height, width } = imageSize(x);
  const one = [1, 1] as const;
  const zero = [0, 0] as const;
  return { kernel: [height, width], strides: one, dilations: one, begin: zero, end: zero, output: one };
}

function poolShape(call: ShapeCall): Shape {
  const x = shapeOf(call, 0);
  requireImages(call.node, x);
  return [x[0]!, x[1]!, ...poolWindow(call.node, x).output.slice(4 - x.length)];
}

function globalShape(call: ShapeCall): Shape {
  const x = shapeOf(call, 0);
  requireImages(call.node, x);
  return x.map((size, axis) => (axis < 2 ? size : 1));
}

function lowerPool(
  { fused, shape, lowering, node }: LowerCall,
  kind: "max-pool" | "average-pool",
  windowOf: (input: Place) => Window,
): void {
  const input = lowering.pixels(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, "pixels");
  const { kernel, strides, dilations, begin, end } = windowOf(input);
  const divisor = readInt(node, "count_include_pad", 0) === 0 ? "inside" : "padded";
  lowering.push({
    reads: [input],
    writes: output,
    emit: () => [
      ...clearBorder(output),
      ...Array.from(
        { length: shape[0]! },
        (_, image) =>
          ({
            kind,
            input: imageOf(input, image),
            output: imageOf(output, image),
            kernel,
            strides,
            dilations,
            pads: begin,
            padsEnd: end,
            divisor,
          }) as const,
      ),
    ],
  });
  lowering.define(fused.output, output);
}

function lowerMean({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.pixels(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, "pixels");
  lowering.push({
    reads: [input],
    writes: output,
    emit: () => {
      const { address, strides } = viewOf(output);
      return [
        ...clearBorder(output),
        ...Array.from({ length: shape[0]! }, (_, image) => ({
          kind: "mean" as const,
          input: imageOf(input, image),
          output: address + image * strides[0]!,
        })),
      ];
    },
  });
  lowering.define(fused.output, output);
}

/** Pools over one or two spatial axes. */
export const POOLING: Readonly<Record<string, Operator>> = {
  MaxPool: {
    inputs: [1, 1],
    attributes: [...WINDOW, "storage_order"],
    shape: poolShape,
    lower: (call) => lowerPool(call, "max-pool", ({ shape }) => poolWindow(call.node, shape)),
  },
  AveragePool: {
    inputs: [1, 1],
    attributes: [...WINDOW, "count_include_pad"],
    shape: poolShape,
    lower: (call) => lowerPool(call, "average-pool", ({ shape }) => poolWindow(call.node, shape)),
  },
  GlobalMaxPool: {
    inputs: [1, 1],
    attributes: [],
    shape: globalShape,
    lower: (call) => lowerPool(call, "max-pool", ({ shape }) => globalWindow(shape)),
  },
  GlobalAveragePool: { inputs: [1, 1], attributes: [], shape: globalShape, lower: lowerMean },
};
