import { arrayToBytes, type LazyTensor, lazyFromChunks, readFloat32, type ReadOptions } from "@samoyed/core";
import { type Node, readFloat, readInt } from "@samoyed/ir";
import { constantOf, type Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { laidOut, type Value } from "../value.ts";
import { commonLayout, perChannel } from "./expression.ts";
import { meanSteps } from "./mean.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, unsupported } from "./operator.ts";

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
  const attr = { T: typeAttr("float32") };
  const step = (op: string, ...inputs: readonly string[]): string => emitter.emit(op, inputs, { hint, attr });
  const mean = (ref: string): string => {
    const last = meanSteps(ref, { shape: laidOut(x.shape, layout), axes, keep: true, hint }, emitter);
    return emitter.emit(last.op, last.inputs, { hint, attr: last.attr });
  };
  const image = emitter.inLayout(x, layout);
  const centred = step("Sub", image, mean(image));
  const variance = mean(step("Square", centred));
  const deviation = step("Rsqrt", step("AddV2", variance, emitter.float(readFloat(node, "epsilon", 1e-5))));
  const [scale, bias] = [inputOf(node, 1, emitter), inputOf(node, 2, emitter)];
  if ((await isAll(scale, 1, emitter)) && (await isAll(bias, 0, emitter))) {
    emitter.give(output, "Mul", [centred, deviation], { layout, attr });
    return;
  }
  const scaled = step("Mul", step("Mul", centred, deviation), perChannel(scale, { rank, layout, emitter }));
  emitter.give(output, "AddV2", [scaled, perChannel(bias, { rank, layout, emitter })], { layout, attr });
};

async function isAll(value: Value, wanted: number, emitter: Emitter): Promise<boolean> {
  const numbers = await emitter.numbers(value);
  return numbers?.every((number) => number === wanted) ?? false;
}

/** Normalizations. */
export const NORMALIZATION: LowerTable = {
  BatchNormalization: lowerBatchNorm,
  InstanceNormalization: lowerInstanceNorm,
};
