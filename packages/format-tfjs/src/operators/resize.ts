import { elementCount, formatShape, type Tensor } from "@samoyed/core";
import {
  type AxisWeights,
  type Dim,
  type Node,
  readResize,
  resizedAxis,
  type ResizeRequest,
  resizeWeights,
} from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { type Computed, laidOut } from "../value.ts";
import { axisIn, commonLayout } from "./expression.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, sizesOf, unsupported } from "./operator.ts";

/** Most input positions per output position that are gathered one by one; more become a product of matrices. */
const MAX_TAPS = 6;

/** Largest matrix of weights along one axis: 4096 to 4096. */
const MAX_WEIGHTS = 1 << 24;

const FLOAT = { T: typeAttr("float32") };

/** A tensor on its way through the axes. */
interface Resized {
  readonly node: Node;
  readonly hint: string;
  readonly emitter: Emitter;
  readonly layout: Computed["layout"];
}

/**
 * Weighted sums of gathered positions, one axis after the other, with the weights of the graph's own meaning. TensorFlow.js's
 * own resizing has fewer modes, and its engines round the positions differently.
 */
const lowerResize: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const layout = commonLayout([x], rank);
  const { shape } = emitter.type(output);
  const tensors = await constants(node, shape, emitter);
  const inputs = node.inputs.map((name) => (name === "" ? undefined : name));
  const request = readResize({ node, opset: emitter.graph.opset, inputs }, rank, (index) => tensors[index]);
  if (request === undefined) throw unsupported(node, "has scales that are no small constant");
  const resized: Resized = { node, hint: `${emitter.nameOf(output)}/resize`, emitter, layout };
  const sizes = [...x.shape];
  let ref = emitter.inLayout(x, layout);
  for (const axis of request.axes) {
    const weights = weightsOf(node, { request, from: x.shape, to: shape, axis, region: tensors[1] });
    if (weights === undefined) continue;
    const taps = mergeTaps(weights);
    const place = axisIn(axis, layout);
    const current = laidOut(sizes, layout);
    const plain =
      taps.rows.every((row) => row.length === 1 && row[0]!.weight === 1) && taps.constant.every((c) => c === 0);
    if (!plain && x.dtype !== "float32") throw unsupported(node, `interpolates ${x.dtype}`);
    ref = resizeAxis(ref, { ...resized, taps, shape: current, place, plain });
    sizes[axis] = weights.length;
  }
  if (sizes.every((size, axis) => size === shape[axis])) {
    emitter.give(output, "Identity", [ref], { layout });
    return;
  }
  const known = emitter.vector(laidOut(shape, layout));
  if (known === undefined) throw unsupported(node, `has the output shape ${formatShape(shape)}`);
  emitter.give(output, "Reshape", [ref, known], { layout });
};

/** The constant inputs from the region on; sizes that the network computes are those of the output. */
async function constants(
  node: Node,
  shape: readonly Dim[],
  emitter: Emitter,
): Promise<readonly (Tensor | undefined)[]> {
  const result: (Tensor | undefined)[] = [];
  for (let index = 1; index < node.inputs.length; index++) {
    const value = optionalInput(node, index, emitter);
    const given = value && (await emitter.numbers(value));
    // An open size stays as it is, and the number is not looked at.
    const numbers =
      value !== undefined && index === 3 ? shape.map((size) => (typeof size === "number" ? size : 1)) : given;
    if (numbers === undefined) continue;
    result[index] = { dtype: "float64", shape: [numbers.length], data: Float64Array.from(numbers) };
    if (index === 3)
      result[index] = { dtype: "int64", shape: [numbers.length], data: BigInt64Array.from(numbers, BigInt) };
  }
  return result;
}

/** The weights along an axis; `undefined` where nothing changes. */
function weightsOf(
  node: Node,
  options: {
    readonly request: ResizeRequest;
    readonly from: readonly Dim[];
    readonly to: readonly Dim[];
    readonly axis: number;
    readonly region: Tensor | undefined;
  },
): AxisWeights | undefined {
  const { request, from, to, axis, region } = options;
  const [size, wanted] = [from[axis]!, to[axis]!];
  const { mode } = request;
  const crops = mode.coordinates === "tf_crop_and_resize";
  // Two open sizes are the same one, or the last reshape finds that they are not.
  if (typeof size === "string" && typeof wanted === "string" && !crops) return undefined;
  if (typeof size !== "number" || typeof wanted !== "number") throw unsupported(node, "resizes a size that is open");
  const known = from.map((dim) => (typeof dim === "number" ? dim : Number.NaN));
  const { scale } = resizedAxis(request, known, axis);
  if (scale === 1 && size === wanted && !crops) return undefined;
  const index = request.axes.indexOf(axis);
  const count = request.axes.length;
  const bounds = region !== undefined && region.data.length === 2 * count ? region.data : undefined;
  return resizeWeights(
    { node },
    {
      from: size,
      to: wanted,
      scale,
      region: bounds === undefined ? [0, 1] : [Number(bounds[index]), Number(bounds[index + count])],
      ...mode,
    },
  );
}

/** For each output position: the input positions with their weights, each once, and what is added. */
interface Taps {
  readonly rows: readonly (readonly { readonly index: number; readonly weight: number }[])[];
  readonly constant: readonly number[];
}

/** Sums the weights of one input position, which the edges have several times, and leaves out those that are zero. */
function mergeTaps(weights: AxisWeights): Taps {
  const rows = weights.map((taps) => {
    if (typeof taps === "number") return [];
    const sums = new Map<number, number>();
    for (const { index, weight } of taps) sums.set(index, (sums.get(index) ?? 0) + weight);
    return Array.from(sums, ([index, weight]) => ({ index, weight })).filter(({ weight }) => weight !== 0);
  });
  return { rows, constant: weights.map((taps) => (typeof taps === "number" ? taps : 0)) };
}

interface AxisStep extends Resized {
  readonly taps: Taps;
  /** The tensor's sizes, in its own order, and the axis that is resized. */
  readonly shape: readonly Dim[];
  readonly place: number;
  /** Whether each output position is one of the input's. */
  readonly plain: boolean;
}

function resizeAxis(ref: string, step: AxisStep): string {
  const { taps, shape, place, hint, emitter, plain } = step;
  const gather = (slot: number): string => {
    const places = emitter.ints(taps.rows.map((row) => (row[slot] ?? row[0] ?? { index: 0 }).index));
    return emitter.emit("GatherV2", [ref, places, emitter.scalar(place)], { hint });
  };
  if (plain) return gather(0);
  const along = (values: readonly number[]): string =>
    emitter.constant(
      "float32",
      values,
      shape.map((_, axis) => (axis === place ? values.length : 1)),
    );
  const most = Math.max(...taps.rows.map((row) => row.length), 1);
  let sum: string | undefined;
  if (most > MAX_TAPS) sum = multiplyAxis(ref, step);
  else {
    for (let slot = 0; slot < most; slot++) {
      const factor = along(taps.rows.map((row) => row[slot]?.weight ?? 0));
      const part = emitter.emit("Mul", [gather(slot), factor], { hint, attr: FLOAT });
      sum = sum === undefined ? part : emitter.emit("AddV2", [sum, part], { hint, attr: FLOAT });
    }
  }
  if (taps.constant.every((value) => value === 0)) return sum!;
  return emitter.emit("AddV2", [sum!, along(taps.constant)], { hint, attr: FLOAT });
}

/** The axis as a product with the matrix of weights: [outer, from, inner] → [outer, to, inner]. */
function multiplyAxis(ref: string, { node, taps, shape, place, hint, emitter }: AxisStep): string {
  const from = shape[place] as number;
  const to = taps.rows.length;
  if (to * from > MAX_WEIGHTS) throw unsupported(node, `resizes ${from} elements to ${to} with a wide kernel`);
  const matrix = new Float32Array(to * from);
  for (const [row, list] of taps.rows.entries())
    for (const { index, weight } of list) matrix[row * from + index] = weight;
  const behind = shape.slice(place + 1);
  if (behind.some((size) => typeof size === "string"))
    throw unsupported(node, "has an open size behind the resized ones");
  const inner = elementCount(behind as number[]);
  const weights = emitter.constant("float32", Array.from(matrix), [1, to, from]);
  const blocks = emitter.reshape(ref, ["outer", from, inner], { hint });
  const attr = { ...FLOAT, adj_x: { b: false }, adj_y: { b: false } };
  const product = emitter.emit("BatchMatMulV2", [weights, blocks], { hint, attr });
  const result = shape.map((size, axis) => (axis === place ? to : size));
  return emitter.emit("Reshape", [product, sizesOf(node, result, product, emitter)], { hint });
}

/** Changing the size of images. */
export const RESIZE: LowerTable = { Resize: lowerResize };
