import type { Shape } from "@samoyed/core";
import { countElements } from "./limits.ts";
import type { LowerCall } from "./operator.ts";
import { everyPixel } from "./pixel-tables.ts";
import { imageSize, type Place, pixelStrides } from "./places.ts";

/**
 * Gives a value each element of which is one of the first input's, or `fill`.
 *
 * @param indices for each axis of the result, the input's index at each of its own; -1 for `fill`
 */
export function giveGathered(
  { fused, shape, lowering, shapeOf }: LowerCall,
  { indices, fill }: { readonly indices: readonly number[][]; readonly fill: number },
): void {
  const from = shapeOf(fused.inputs[0]!);
  const channelsStay =
    from.length === 4 && from[1] === shape[1] && indices[1]!.every((index, position) => index === position);
  const input = channelsStay ? lowering.pixels(fused.inputs[0]!) : lowering.plain(lowering.place(fused.inputs[0]!));
  const output = lowering.create(fused.output, shape, input.layout);
  // Whole pixels move, or else single elements; each element is then a pixel of one channel.
  const moved = channelsStay ? pixelTable(indices, input) : elementTable(indices, from);
  const target: Place = channelsStay
    ? output
    : { ...output, layout: "pixels", shape: [1, 1, countElements(shape, "a value")] };
  const { images, height, width, channels } = imageSize(target.shape);
  const pixels = images * height * width;
  lowering.give(fused.output, {
    reads: [input],
    writes: output,
    emit: (tables) => [
      {
        kind: "gather",
        input: input.buffer.address,
        output: output.buffer.address,
        inputPixels: tables.add(`gathered ${fused.output}`, pixels, moved),
        outputPixels: everyPixel(tables, target),
        pixels,
        channels,
        fill,
      },
    ],
  });
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

function pixelTable(indices: readonly number[][], input: Place): () => Int32Array {
  const { pixel, row, image, inside } = pixelStrides(input);
  const [images, , rows, columns] = indices as [number[], number[], number[], number[]];
  return () => gatherTable([images, rows, columns], [image, row, pixel], inside);
}

function elementTable(indices: readonly number[][], from: Shape): () => Int32Array {
  const strides = from.map((_, axis) => 4 * from.slice(axis + 1).reduce((product, size) => product * size, 1));
  return () => gatherTable(indices, strides, 0);
}
