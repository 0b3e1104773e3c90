import type { Shape, Tensor } from "@samoyed/core";
import {
  type AxisWeights,
  CANONICAL_OPSET,
  parameters,
  readResize,
  readResizeMode,
  RESIZE as RULES,
  resizedAxis,
  type ResizeRequest,
  resizeWeights,
} from "@samoyed/ir";
import { integerTensor, smallConstant } from "../constants.ts";
import { giveGathered } from "../gathered.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { strideTable } from "../pixel-tables.ts";
import { type Place, viewOf } from "../places.ts";
import type { ResizeStep } from "../steps.ts";
import type { Tables } from "../tables.ts";
import { unsupported } from "../unsupported.ts";

/** An axis whose elements change. */
interface Resized {
  readonly axis: number;
  readonly weights: AxisWeights;
}

function requestOf(
  { node }: Pick<LowerCall, "node">,
  rank: number,
  tensor: (index: number) => Tensor | undefined,
): ResizeRequest {
  const inputs = node.inputs.map((name) => (name === "" ? undefined : name));
  const request = readResize({ node, opset: CANONICAL_OPSET, inputs }, rank, tensor);
  if (request === undefined) throw unsupported(node, "computes its scales or sizes");
  return request;
}

/** The axes that change, those that shrink the most first: the next ones then have less to do. */
function resizedAxes(call: LowerCall, from: Shape): readonly Resized[] {
  const { node, lowering } = call;
  const tensor = (index: number): Tensor | undefined =>
    smallConstant(lowering.model, node.inputs[index] ?? "") ?? integerTensor(call.dims(index));
  const request = requestOf(call, from.length, tensor);
  const { mode } = request;
  return request.axes
    .flatMap((axis): Resized[] => {
      const { scale, size } = resizedAxis(request, from, axis);
      if (scale === 1 && size === from[axis] && mode.coordinates !== "tf_crop_and_resize") return [];
      const weights = resizeWeights(call, {
        from: from[axis]!,
        to: size,
        scale,
        region: regionOf(call, request, { axis, tensor }),
        ...mode,
      });
      return [{ axis, weights }];
    })
    .sort((a, b) => a.weights.length / from[a.axis]! - b.weights.length / from[b.axis]!);
}

/** The region of interest, as fractions of the input; only tf_crop_and_resize looks at it. */
function regionOf(
  { node }: LowerCall,
  { axes, mode }: ResizeRequest,
  { axis, tensor }: { readonly axis: number; readonly tensor: (index: number) => Tensor | undefined },
): readonly [number, number] {
  if (!node.inputs[1] || mode.coordinates !== "tf_crop_and_resize") return [0, 1];
  const region = tensor(1);
  if (region === undefined) throw unsupported(node, "computes its region of interest");
  const values = parameters(region);
  const index = axes.indexOf(axis);
  return [values[index]!, values[index + axes.length]!];
}

function lowerResize(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const from = call.shapeOf(fused.inputs[0]!);
  const axes = resizedAxes(call, from);
  if (axes.length === 0) return lowering.define(fused.output, lowering.place(fused.inputs[0]!));
  const { mode, extrapolation } = readResizeMode(node);
  if (mode === "nearest") {
    const indices = from.map((size, axis) => {
      const weights = axes.find((own) => own.axis === axis)?.weights;
      return weights?.map((taps) => (typeof taps === "number" ? -1 : taps[0]!.index)) ?? [...new Array(size).keys()];
    });
    return giveGathered(call, { indices, fill: extrapolation });
  }
  const images = from.length === 3 || from.length === 4;
  let input = images ? lowering.pixels(fused.inputs[0]!) : lowering.plain(lowering.place(fused.inputs[0]!));
  for (const [index, { axis, weights }] of axes.entries()) {
    const source = input;
    const to = source.shape.with(axis, weights.length);
    const output =
      index === axes.length - 1
        ? lowering.create(fused.output, shape, source.layout)
        : lowering.temporary(to, source.layout);
    lowering.push({
      reads: [source],
      writes: output,
      emit: (tables) => [resizeStep(tables, { axis, weights }, { input: source, output })],
    });
    input = output;
  }
  lowering.define(fused.output, input);
}

/** Resizes one axis: what is behind it in memory, as far as without gaps, is a run of floats. */
function resizeStep(
  tables: Tables,
  { axis, weights }: Resized,
  { input, output }: { readonly input: Place; readonly output: Place },
): ResizeStep {
  const [from, to] = [viewOf(input), viewOf(output)];
  const { shape } = output;
  const order = [...shape.keys()].filter((own) => own !== axis).sort((a, b) => to.strides[a]! - to.strides[b]!);
  let floats = 1;
  let runs = 0;
  for (const own of order) {
    const behind = to.strides[own] === 4 * floats && from.strides[own] === 4 * floats;
    if (!behind && shape[own] !== 1) break;
    if (to.strides[own]! > to.strides[axis]!) break;
    floats *= shape[own]!;
    runs++;
  }
  const outer = order.slice(runs);
  const lines = (strides: readonly number[]): number =>
    strideTable(
      tables,
      outer.map((own) => shape[own]!),
      outer.map((own) => strides[own]!),
    );
  const taps = weights.map((own) => (typeof own === "number" ? [] : own.filter(({ weight }) => weight !== 0)));
  const all = taps.flat();
  const starts = new Int32Array(taps.length + 1);
  for (const [position, own] of taps.entries()) starts[position + 1] = starts[position]! + own.length;
  const offsets = Int32Array.from(all, ({ index }) => index * from.strides[axis]!);
  const initial = Float32Array.from(weights, (own) => (typeof own === "number" ? own : 0));
  const tapWeights = Float32Array.from(all, ({ weight }) => weight);
  return {
    kind: "resize",
    input: from.address,
    output: to.address,
    inputLines: lines(from.strides),
    outputLines: lines(to.strides),
    lines: outer.reduce((product, own) => product * shape[own]!, 1),
    positions: weights.length,
    outputStride: to.strides[axis]!,
    initial: tables.floats(`floats ${initial.join(" ")}`, initial),
    starts: tables.add(`offsets ${starts.join(" ")}`, starts.length, () => starts),
    offsets: tables.add(`offsets ${offsets.join(" ")}`, offsets.length, () => offsets),
    weights: tables.floats(`floats ${tapWeights.join(" ")}`, tapWeights),
    floats,
  };
}

/** Changing the size of images. */
export const RESIZE: Readonly<Record<string, Operator>> = {
  Resize: {
    // The region, which comes second, may be left out.
    rule: { ...RULES["Resize"]!, inputs: [1, 4] },
    require: requireRank,
    keepsImages: (call: ShapeCall) => {
      const shape = shapeOf(call, 0);
      const request = requestOf(call, shape.length, (index) => call.constant(index));
      const crops = request.mode.coordinates === "tf_crop_and_resize";
      return !crops && resizedAxis(request, shape, 0).size === shape[0];
    },
    lower: lowerResize,
  },
};
