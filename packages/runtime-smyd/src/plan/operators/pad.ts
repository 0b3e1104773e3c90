import type { Shape } from "@samoyed/core";
import { type AxisPadding, CANONICAL_OPSET, padRule, padSources, readPadding, readPadMode } from "@samoyed/ir";
import { readScalarInput } from "../constants.ts";
import { countElements } from "../limits.ts";
import type { PlanNode } from "../model.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { everyPixel } from "../pixel-tables.ts";
import { imageSize, type Place, pixelStrides } from "../places.ts";
import type { Tables } from "../tables.ts";
import { unsupported } from "../unsupported.ts";

function paddingOf(node: PlanNode, dims: LowerCall["dims"], rank: number): AxisPadding {
  const inputs = node.inputs.map((name) => (name === "" ? undefined : name));
  const padding = readPadding({ node, opset: CANONICAL_OPSET, inputs }, rank, dims);
  if (padding === undefined) throw unsupported(node, "computes its pads");
  return padding;
}

function requirePad(call: ShapeCall): void {
  requireRank(call);
  readPadMode(call.node);
}

/** Offsets of the elements at all combinations of indices, the last axis fastest; -1 where any index is. */
function gatherTable(indices: readonly (readonly number[])[], strides: readonly number[], first: number): Int32Array {
  let offsets = Int32Array.of(first);
  for (const [axis, list] of indices.entries()) {
    const next = new Int32Array(offsets.length * list.length);
    let at = 0;
    for (const offset of offsets) {
      for (const index of list) next[at++] = offset < 0 || index < 0 ? -1 : offset + index * strides[axis]!;
    }
    offsets = next;
  }
  return offsets;
}

function lowerPad(call: LowerCall): void {
  const { fused, node, shape, lowering, shapeOf } = call;
  const { model } = lowering;
  const from = shapeOf(fused.inputs[0]!);
  const padding = paddingOf(node, call.dims, from.length);
  const fill = readScalarInput(model, node, 2) ?? 0;
  const channelsStay = from.length === 4 && padding.begin[1] === 0 && padding.end[1] === 0;
  const input = channelsStay ? lowering.pixels(fused.inputs[0]!) : lowering.plain(lowering.place(fused.inputs[0]!));
  const output = lowering.create(fused.output, shape, input.layout);
  const indices = padSources(node, padding, { from, to: shape });
  // Whole pixels move, or else single elements; each element is then a pixel of one channel.
  const moved = channelsStay ? pixelTable(indices, input) : elementTable(indices, from);
  const target: Place = channelsStay
    ? output
    : { ...output, layout: "pixels", shape: [1, 1, countElements(shape, "a value")] };
  const key = `pad ${fused.output}`;
  const { images, height, width, channels } = imageSize(target.shape);
  const pixels = images * height * width;
  lowering.give(fused.output, {
    reads: [input],
    writes: output,
    emit: (tables: Tables) => [
      {
        kind: "gather",
        input: input.buffer.address,
        output: output.buffer.address,
        inputPixels: tables.add(key, pixels, moved),
        outputPixels: everyPixel(tables, target),
        pixels,
        channels,
        fill,
      },
    ],
  });
}

function pixelTable(indices: readonly number[][], input: Place): () => Int32Array {
  const { pixel, row, image, inside } = pixelStrides(input);
  const [images, , rows, columns] = indices as [number[], number[], number[], number[]];
  return () => gatherTable([images, rows, columns], [image, row, pixel], inside);
}

function elementTable(indices: readonly number[][], from: Shape): () => Int32Array {
  const strides = from.map((_, axis) => 4 * from.slice(axis + 1).reduce((product, size) => product * size, 1));
  return () => gatherTable(indices, strides, 0);
}

/** Padding and cropping. */
export const PAD: Readonly<Record<string, Operator>> = {
  Pad: {
    rule: padRule,
    without: ["pads", "value"],
    require: requirePad,
    keepsImages: (call) => {
      const { begin, end } = paddingOf(call.node, call.dims, shapeOf(call, 0).length);
      return begin[0] === 0 && end[0] === 0;
    },
    lower: lowerPad,
  },
};
