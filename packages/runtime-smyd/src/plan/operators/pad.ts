import { formatShape, type Shape } from "@samoyed/core";
import { readIntsInput, readScalarInput } from "../constants.ts";
import { clearBorder } from "../copy-steps.ts";
import { countElements, MAX_RANK, MAX_WINDOW } from "../limits.ts";
import type { PlanModel } from "../model.ts";
import { malformed, misfit, readString, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import { everyPixel } from "../pixel-tables.ts";
import { imageSize, type Place, pixelStrides } from "../places.ts";
import type { SmydNode } from "@samoyed/smyd-file";
import type { Tables } from "../tables.ts";

interface Padding {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** Elements added (or, negative, cut off) on each axis. */
function readPadding(node: SmydNode, model: PlanModel, rank: number): Padding {
  const pads = readIntsInput(model, node, 1);
  if (pads?.length !== 2 * rank) {
    throw misfit(node, `its pads are ${formatShape(pads ?? [])}; expected ${2 * rank} values`);
  }
  const wrong = pads.find((value) => !Number.isInteger(value) || Math.abs(value) > MAX_WINDOW);
  if (wrong !== undefined) throw malformed(node, `its pads hold ${wrong}; expected at most ${MAX_WINDOW}`);
  return { begin: pads.slice(0, rank), end: pads.slice(rank) };
}

function padShape(call: ShapeCall): Shape {
  const { node, model } = call;
  const x = shapeOf(call, 0);
  if (x.length > MAX_RANK) throw unsupported(node, `has an input of ${x.length} axes; up to ${MAX_RANK} are planned`);
  const { begin, end } = readPadding(node, model, x.length);
  if (!MODES.has(readString(node, "mode", "constant"))) {
    throw malformed(
      node,
      `"mode" is ${JSON.stringify(readString(node, "mode", ""))}; expected ${[...MODES.keys()].join(", ")}`,
    );
  }
  return x.map((size, axis) => size + begin[axis]! + end[axis]!);
}

type Source = (position: number, size: number) => number;

/** Where a padded position takes its element from; -1 for the constant. */
const MODES: ReadonlyMap<string, Source> = new Map<string, Source>([
  ["constant", (position, size) => (position < 0 || position >= size ? -1 : position)],
  ["edge", (position, size) => Math.max(0, Math.min(size - 1, position))],
  // Mirrored without repeating the edge, with period 2 (size - 1), as numpy.pad does where padding exceeds the size.
  [
    "reflect",
    (position, size) => {
      if (size === 1) return 0;
      const period = 2 * (size - 1);
      const phase = ((position % period) + period) % period;
      return phase < size ? phase : period - phase;
    },
  ],
]);

/** For each axis of an output, the index on that axis of the input, or -1. */
function sourcesOf(node: SmydNode, { begin }: Padding, { from, to }: { from: Shape; to: Shape }): number[][] {
  const source = MODES.get(readString(node, "mode", "constant"))!;
  return to.map((size, axis) => Array.from({ length: size }, (_, index) => source(index - begin[axis]!, from[axis]!)));
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
  const padding = readPadding(node, model, from.length);
  const fill = readScalarInput(model, node, 2) ?? 0;
  const channelsStay = from.length === 4 && padding.begin[1] === 0 && padding.end[1] === 0;
  const input = channelsStay ? lowering.pixels(fused.inputs[0]!) : lowering.plain(lowering.place(fused.inputs[0]!));
  const output = lowering.create(fused.output, shape, input.layout);
  const indices = sourcesOf(node, padding, { from, to: shape });
  // Whole pixels move, or else single elements; each element is then a pixel of one channel.
  const moved = channelsStay ? pixelTable(indices, input) : elementTable(indices, from);
  const target: Place = channelsStay
    ? output
    : { ...output, layout: "pixels", shape: [1, 1, countElements(shape, "a value")] };
  const key = `pad ${fused.output}`;
  const { images, height, width, channels } = imageSize(target.shape);
  const pixels = images * height * width;
  lowering.push({
    reads: [input],
    writes: output,
    emit: (tables: Tables) => [
      ...clearBorder(output),
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
  lowering.define(fused.output, output);
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
    inputs: [2, 3],
    attributes: ["mode"],
    shape: padShape,
    keepsImages: (call) => {
      const { begin, end } = readPadding(call.node, call.model, shapeOf(call, 0).length);
      return begin[0] === 0 && end[0] === 0;
    },
    lower: lowerPad,
  },
};
