import {
  arrayToBytes,
  elementCount,
  type LazyTensor,
  lazyFromChunks,
  readFloat32,
  type ReadOptions,
} from "@samoyed/core";
import { type Dim, isKnown, type Node, normalizeAxis, readFloat, readInt } from "@samoyed/ir";
import { constantOf, type Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { type Computed, laidOut, type Value } from "../value.ts";
import { axisIn, commonLayout, perChannel } from "./expression.ts";
import { moments } from "./moments.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, optionalInput, sizesOf, unsupported } from "./operator.ts";

const lowerBatchNorm: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  if (readInt(node, "training_mode", 0) !== 0) throw unsupported(node, "is in training mode");
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const layout = rank === 4 ? "last" : "plain";
  const parameters = [1, 2, 3, 4].map((index) => inputOf(node, index, emitter));
  const epsilon = readFloat(node, "epsilon", 1e-5);
  const hint = `${emitter.nameOf(output)}/normalize`;
  const [factor, offset] = affine(node, parameters, { epsilon, emitter, hint }).map((value) =>
    perChannel(value, { rank, layout, emitter }),
  );
  const attr = { T: typeAttr("float32") };
  const scaled = emitter.emit("Mul", [emitter.inLayout(x, layout), factor!], { hint, attr });
  emitter.give(output, "AddV2", [scaled, offset!], { layout, attr });
};

/** factor = scale / √(variance + ε), offset = bias − mean · factor: in double precision where all are known. */
function affine(
  node: Node,
  parameters: readonly Value[],
  { epsilon, emitter, hint }: { readonly epsilon: number; readonly emitter: Emitter; readonly hint: string },
): readonly [Value, Value] {
  const lazies = parameters.flatMap((value) => (value.kind === "constant" ? [value.lazy] : []));
  if (lazies.length === 4) {
    return [
      constantOf(combined(`${node.name}/factor`, lazies, (s, _b, _m, v) => s / Math.sqrt(v + epsilon))),
      constantOf(combined(`${node.name}/offset`, lazies, (s, b, m, v) => b - (m * s) / Math.sqrt(v + epsilon))),
    ];
  }
  const [scale, bias, mean, variance] = parameters.map((value) => emitter.plain(value)) as [
    string,
    string,
    string,
    string,
  ];
  const shape = parameters[0]!.shape;
  const step = (op: string, ...inputs: readonly string[]): string =>
    emitter.emit(op, inputs, { hint, attr: { T: typeAttr("float32") } });
  const factor = step("Mul", scale, step("Rsqrt", step("AddV2", variance, emitter.float(epsilon))));
  const offset = step("Sub", bias, step("Mul", mean, factor));
  const computed = (ref: string): Value => ({ kind: "computed", ref, layout: "plain", dtype: "float32", shape });
  return [computed(factor), computed(offset)];
}

function combined(
  name: string,
  lazies: readonly LazyTensor[],
  formula: (scale: number, bias: number, mean: number, variance: number) => number,
): LazyTensor {
  const shape = lazies[0]!.shape;
  return lazyFromChunks({ name, dtype: "float32", shape }, async function* chunks(options: ReadOptions) {
    const arrays: Float32Array[] = [];
    for (const lazy of lazies) arrays.push(await readFloat32(lazy, options));
    const [scale, bias, mean, variance] = arrays as [Float32Array, Float32Array, Float32Array, Float32Array];
    yield arrayToBytes(scale.map((value, i) => formula(value, bias[i]!, mean[i]!, variance[i]!)));
  });
}

/** Each image's channels by their own mean and variance. */
const lowerInstanceNorm: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const layout = commonLayout([x], rank);
  const axes = layout === "last" ? [1, 2] : x.shape.slice(2).map((_, axis) => axis + 2);
  const hint = `${emitter.nameOf(output)}/normalize`;
  const epsilon = readFloat(node, "epsilon", 1e-5);
  const shape = laidOut(x.shape, layout);
  const { centered, inverse } = moments(emitter.inLayout(x, layout), { shape, axes, epsilon, hint }, emitter);
  const [scale, bias] = [inputOf(node, 1, emitter), inputOf(node, 2, emitter)];
  const steps: Step[] = [["Mul", inverse]];
  if (!(await isAll(scale, 1, emitter)) || !(await isAll(bias, 0, emitter))) {
    steps.push(["Mul", perChannel(scale, { rank, layout, emitter })]);
    steps.push(["AddV2", perChannel(bias, { rank, layout, emitter })]);
  }
  giveSteps(output, centered, { steps, layout, hint, emitter });
};

/** The axes from one on, by their mean and variance. */
const lowerLayerNorm: Lower = async (node, emitter) => {
  const [output, mean, deviation] = node.outputs;
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const first = normalizeAxis(node, readInt(node, "axis", -1), rank);
  const layout = commonLayout([x], rank);
  const axes = x.shape.flatMap((_, axis) => (axis < first ? [] : [axisIn(axis, layout)]));
  const hint = `${emitter.nameOf(output!)}/normalize`;
  const epsilon = readFloat(node, "epsilon", 1e-5);
  const shape = laidOut(x.shape, layout);
  const found = moments(emitter.inLayout(x, layout), { shape, axes, epsilon, hint }, emitter);
  const attr = { T: typeAttr("float32") };
  if (mean) emitter.give(mean, "Identity", [found.mean], { layout, attr });
  if (deviation) emitter.give(deviation, "Identity", [found.inverse], { layout, attr });
  const [scale, bias] = [inputOf(node, 1, emitter), optionalInput(node, 2, emitter)];
  const steps: Step[] = [["Mul", found.inverse]];
  if (!(await isAll(scale, 1, emitter))) steps.push(["Mul", emitter.operand(scale, { layout, rank })]);
  if (bias !== undefined && !(await isAll(bias, 0, emitter))) {
    steps.push(["AddV2", emitter.operand(bias, { layout, rank })]);
  }
  giveSteps(output!, found.centered, { steps, layout, hint, emitter });
};

/** An operator and its second operand. */
type Step = readonly [op: string, operand: string];

/** Adds the nodes that take a value through one step after the other. */
function giveSteps(
  output: string,
  start: string,
  options: {
    readonly steps: readonly Step[];
    readonly layout: Computed["layout"];
    readonly hint: string;
    readonly emitter: Emitter;
  },
): void {
  const { steps, layout, hint, emitter } = options;
  const attr = { T: typeAttr("float32") };
  let ref = start;
  for (const [op, operand] of steps.slice(0, -1)) ref = emitter.emit(op, [ref, operand], { hint, attr });
  const [op, operand] = steps.at(-1)!;
  emitter.give(output, op, [ref, operand], { layout, attr });
}

async function isAll(value: Value, wanted: number, emitter: Emitter): Promise<boolean> {
  const numbers = await emitter.numbers(value);
  return numbers?.every((number) => number === wanted) ?? false;
}

/**
 * x · (bias + alpha / size · Σ x² over the channels around)^−beta. The sums are a product with a matrix of ones around the
 * diagonal: TensorFlow's own operator takes only as many channels before as behind.
 */
const lowerLrn: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const channels = x.shape[1];
  if (typeof channels !== "number" || rank < 3) throw unsupported(node, "has channels of open size, or no image");
  const size = readInt(node, "size", 1);
  const [before, behind] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const band = Array.from({ length: channels * channels }, (_, place) => {
    const offset = (place % channels) - Math.floor(place / channels);
    return offset >= -before && offset <= behind ? 1 : 0;
  });
  const hint = `${emitter.nameOf(output)}/normalize`;
  const attr = { T: typeAttr("float32") };
  const step = (op: string, ...inputs: readonly string[]): string => emitter.emit(op, inputs, { hint, attr });
  const ref = emitter.plain(x);
  const planes = emitter.reshape(step("Square", ref), [x.shape[0]!, channels, ...plane(x.shape)], { hint });
  const matrix = emitter.constant("float32", band, [1, channels, channels]);
  const flags = { ...attr, adj_x: { b: false }, adj_y: { b: false } };
  const sums = emitter.emit("BatchMatMulV2", [matrix, planes], { hint, attr: flags });
  const squares = emitter.emit("Reshape", [sums, sizesOf(node, x.shape, sums, emitter)], { hint });
  const share = step("Mul", squares, emitter.float(readFloat(node, "alpha", 1e-4) / size));
  const base = step("AddV2", share, emitter.float(readFloat(node, "bias", 1)));
  const factor = step("Pow", base, emitter.float(-readFloat(node, "beta", 0.75)));
  emitter.give(output, "Mul", [ref, factor], { layout: "plain", attr });
};

/** The sizes behind the channels as one, where they are known; otherwise as many as there are. */
function plane(shape: readonly Dim[]): readonly Dim[] {
  const behind = shape.slice(2);
  return isKnown(behind) ? [elementCount(behind)] : ["plane"];
}

/** Normalizations. */
export const NORMALIZATION: LowerTable = {
  BatchNormalization: lowerBatchNorm,
  InstanceNormalization: lowerInstanceNorm,
  LRN: lowerLrn,
  LayerNormalization: lowerLayerNorm,
};
