import {
  CANONICAL_OPSET,
  expandRule,
  gatherRule,
  normalizeIndex,
  readSlices,
  resolveSlice,
  sliceRule,
  splitRule,
  tileRule,
} from "@samoyed/ir";
import { broadcastView, stridedCopy } from "../copy-steps.ts";
import { countElements } from "../limits.ts";
import { type LowerCall, type Operator, requireRank, shapeOf } from "../operator.ts";
import { axisOf, partOf } from "../parts.ts";
import { everyPixel } from "../pixel-tables.ts";
import { lowerComputedGather } from "../take-steps.ts";
import { unsupported } from "../unsupported.ts";
import { reshapedView, viewPlace } from "../views.ts";

function lowerSplit(call: LowerCall): void {
  const { fused, node, lowering } = call;
  const input = lowering.place(fused.inputs[0]!);
  const axis = axisOf(call, input.shape.length, 0);
  let start = 0;
  for (const name of node.outputs) {
    if (name === "") throw unsupported(node, "omits an output");
    const length = call.shapeOf(name)[axis]!;
    lowering.define(name, partOf(input, new Map([[axis, { start, step: 1, length }]])));
    start += length;
  }
}

function slicesOf(call: Pick<LowerCall, "node" | "dims">, rank: number): ReturnType<typeof readSlices> {
  const inputs = call.node.inputs.map((name) => (name === "" ? undefined : name));
  return readSlices({ node: call.node, opset: CANONICAL_OPSET, inputs }, rank, (index) => call.dims(index));
}

function lowerSlice(call: LowerCall): void {
  const { fused, node, lowering } = call;
  const input = lowering.place(fused.inputs[0]!);
  const slices = slicesOf(call, input.shape.length);
  if (slices === undefined) throw unsupported(node, "computes its bounds");
  const part = new Map([...slices].map(([axis, slice]) => [axis, resolveSlice(input.shape[axis]!, slice)]));
  lowering.define(fused.output, partOf(input, part));
}

/** A view with strides of 0. */
function lowerExpand({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const { strides } = broadcastView(input, shape);
  lowering.define(fused.output, viewPlace(input, { shape, strides }));
}

/** One axis after the other: [outer, size · inner] repeated between the two. */
function lowerTile({ fused, node, lowering, dims }: LowerCall): void {
  const repeats = dims(1);
  if (repeats === undefined) throw unsupported(node, "computes its repeats");
  let place = lowering.plain(lowering.place(fused.inputs[0]!));
  for (const [axis, times] of repeats.entries()) {
    if (times === 1) continue;
    const { shape } = place;
    const input = place;
    const outer = countElements(shape.slice(0, axis), "a value");
    const inner = countElements(shape.slice(axis), "a value");
    const output = lowering.temporary(shape.with(axis, shape[axis]! * times), "plain");
    lowering.push({
      reads: [input],
      writes: output,
      emit: () => [
        stridedCopy(
          { address: input.buffer.address, strides: [4 * inner, 0, 4] },
          { address: output.buffer.address, strides: [4 * inner * times, 4 * inner, 4] },
          [outer, times, inner],
        ),
      ],
    });
    place = output;
  }
  lowering.define(fused.output, place);
}

/** Whole runs of elements behind the axis are copied by a table of where they begin. */
function lowerGather(call: LowerCall): void {
  const { fused, node, shape, lowering, dims } = call;
  const from = call.shapeOf(fused.inputs[0]!);
  const axis = axisOf(call, from.length, 0);
  const size = from[axis]!;
  const indices = dims(1)?.map((index) => normalizeIndex(node, index, size));
  if (indices === undefined) return lowerComputedGather(call);
  const input = lowering.place(fused.inputs[0]!);
  const [first = 0, second = first + 1] = indices;
  const step = second - first;
  if (indices.every((index, at) => index === first + at * step)) {
    // A slice; a scalar index takes the axis away.
    const part = partOf(input, new Map([[axis, { start: first, step, length: indices.length }]]));
    return lowering.define(fused.output, reshapedView(part, shape)!);
  }
  const plain = lowering.plain(input);
  const outer = countElements(from.slice(0, axis), "a value");
  const inner = countElements(from.slice(axis + 1), "a value");
  const pixels = outer * indices.length;
  const output = lowering.create(fused.output, shape, "plain");
  lowering.give(fused.output, {
    reads: [plain],
    writes: output,
    emit: (tables) => [
      {
        kind: "gather",
        input: plain.buffer.address,
        output: output.buffer.address,
        inputPixels: tables.add(`gather ${fused.output}`, pixels, () =>
          Int32Array.from(
            { length: pixels },
            (_, at) => 4 * inner * (Math.floor(at / indices.length) * size + indices[at % indices.length]!),
          ),
        ),
        outputPixels: everyPixel(tables, { ...output, layout: "pixels", shape: [pixels, inner], border: 0 }),
        pixels,
        channels: inner,
        fill: 0,
      },
    ],
  });
}

/** Whether an operator along one axis leaves the images of a batch where they are. */
function alongAnother(fallback: number): NonNullable<Operator["keepsImages"]> {
  return (call) => axisOf(call, shapeOf(call, 0).length, fallback) !== 0;
}

/** Operators that take values apart or repeat them. */
export const PIECES: Readonly<Record<string, Operator>> = {
  Split: {
    rule: splitRule,
    without: ["num_outputs", "split"],
    anyType: true,
    severalOutputs: true,
    require: requireRank,
    keepsImages: alongAnother(0),
    lower: lowerSplit,
  },
  Slice: {
    rule: sliceRule,
    without: ["axes", "ends", "starts"],
    anyType: true,
    require: requireRank,
    keepsImages: (call) => slicesOf(call, shapeOf(call, 0).length)?.has(0) === false,
    lower: lowerSlice,
  },
  Expand: { rule: expandRule, anyType: true, require: requireRank, lower: lowerExpand },
  Tile: {
    rule: tileRule,
    anyType: true,
    keepsImages: (call) => call.dims(1)?.[0] === 1 || !call.batched[0],
    lower: lowerTile,
  },
  Gather: {
    rule: gatherRule,
    anyType: true,
    require: requireRank,
    keepsImages: (call) => !call.batched[0] || (axisOf(call, shapeOf(call, 0).length, 0) !== 0 && !call.batched[1]),
    lower: lowerGather,
  },
};
