import { type DType } from "@samoyed/core";
import { float, int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import type { Size } from "../program/size.ts";

const EVAL = "Call model.eval() before torch.export.";

/** A tensor full of one value, of a size that is known. */
function filled(call: Call, sizes: readonly Size[], value: number, dtype: DType): string {
  const shape = sizes.map((size) =>
    typeof size === "number" ? size : call.refuse("it normalizes an axis of open size"),
  );
  const count = shape.reduce((all, size) => all * size, 1);
  return call.emitter.numbers(dtype, shape, new Array<number>(count).fill(value));
}

/** Weight and bias by channel, ones and zeros where they are missing. */
function affine(call: Call, sizes: readonly Size[], dtype: DType): readonly [string, string] {
  return [
    call.optional("weight")?.value ?? filled(call, sizes, 1, dtype),
    call.optional("bias")?.value ?? filled(call, sizes, 0, dtype),
  ];
}

/** Multiplies and adds by channel, which is axis 1, where weight and bias are given. */
function affineChannels(call: Call, x: Operand): string {
  let { value } = x;
  for (const [name, op] of [
    ["weight", "Mul"],
    ["bias", "Add"],
  ] as const) {
    const parameter = call.optional(name);
    if (parameter === undefined) continue;
    const sizes = x.sizes.slice(1).map((_, axis) => (axis === 0 ? parameter.sizes[0]! : 1));
    value = call.emit(op, [value, call.emitter.reshape(parameter, sizes)]);
  }
  return value;
}

/** Statistics that were collected while training. */
function runningNorm(call: Call): string {
  const x = call.tensor("input");
  const channels = x.sizes.slice(1, 2);
  const [weight, bias] = affine(call, channels, x.dtype);
  const mean = call.tensor("running_mean").value;
  const variance = call.tensor("running_var").value;
  return call.emit("BatchNormalization", [x.value, weight, bias, mean, variance], {
    epsilon: float(call.number("eps")),
  });
}

/**
 * (x − mean) / √(variance + eps) over axes, with the variance of n elements; centered first, which keeps the digits.
 */
function standardize(call: Call, x: Operand, axes: readonly number[]): string {
  const mean = call.emit("ReduceMean", [x.value], { axes: ints(axes), keepdims: int(1) });
  const centered = call.emit("Sub", [x.value, mean]);
  const squares = call.emit("Mul", [centered, centered]);
  const variance = call.emit("ReduceMean", [squares], { axes: ints(axes), keepdims: int(1) });
  const shifted = call.emit("Add", [variance, call.emitter.scalar(call.number("eps"), x.dtype)]);
  return call.emit("Div", [centered, call.emit("Sqrt", [shifted])]);
}

/** The statistics of the input itself: weight standardization, or a batch norm that keeps none. */
function inputNorm(call: Call): string {
  const x = call.tensor("input");
  const axes = [...x.sizes.keys()].filter((axis) => axis !== 1);
  return affineChannels(call, { ...x, value: standardize(call, x, axes) });
}

const batchNorm: Lowering = (call) => {
  const training = call.bool("training");
  if (training && !call.isNone("running_mean")) return call.refuse("it is in training mode", EVAL);
  return training ? inputNorm(call) : runningNorm(call);
};

/** Decomposed programs have one output for the result and others for training. */
function first(lowering: Lowering): Lowering {
  return (call) => {
    const results = [lowering(call)].flat();
    return call.outputNames.map((_, index) => results[index]);
  };
}

const noStatistics: Lowering = (call) =>
  call.bool("training") ? inputNorm(call) : call.refuse("it has no statistics to normalize by");

const layerNorm: Lowering = (call) => {
  const x = call.tensor("input");
  const shape = call.sizes("normalized_shape");
  const [weight, bias] = affine(call, shape, x.dtype);
  return call.emit("LayerNormalization", [x.value, weight, bias], {
    axis: int(-shape.length),
    epsilon: float(call.number("eps")),
  });
};

/** Groups of channels, each with the mean and variance of its own, by InstanceNormalization on [N, groups, −1]. */
function groupNorm(call: Call, groups: number): string {
  const x = call.tensor("input");
  const [batch, ...rest] = x.sizes;
  const count = rest.every((size) => typeof size === "number")
    ? rest.reduce<number>((all, size) => all * size, 1) / groups
    : -1;
  const flat = call.emit("Reshape", [
    x.value,
    call.emitter.ints([typeof batch === "number" ? batch : 0, groups, count]),
  ]);
  const [ones, zeros] = [filled(call, [groups], 1, x.dtype), filled(call, [groups], 0, x.dtype)];
  const normal = call.emit("InstanceNormalization", [flat, ones, zeros], { epsilon: float(call.number("eps")) });
  const sizes: readonly Size[] = [batch!, groups, -1];
  const value = call.emitter.reshape({ value: normal, dtype: x.dtype, sizes }, x.sizes);
  return affineChannels(call, { ...x, value });
}

const instanceNorm: Lowering = (call) => {
  if (!call.bool("use_input_stats")) return runningNorm(call);
  const x = call.tensor("input");
  const [weight, bias] = affine(call, x.sizes.slice(1, 2), x.dtype);
  return call.emit("InstanceNormalization", [x.value, weight, bias], { epsilon: float(call.number("eps")) });
};

/** The distance from 1 to the next number, which is what a missing eps means. */
const EPSILONS: Readonly<Partial<Record<DType, number>>> = {
  float64: 2 ** -52,
  float32: 2 ** -23,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
};

const rmsNorm: Lowering = (call) => {
  const x = call.tensor("input");
  const axes = call.ints("normalized_shape").map((_, index) => -1 - index);
  const eps = call.optionalNumber("eps") ?? EPSILONS[x.dtype] ?? call.refuse(`it normalizes ${x.dtype}`);
  const mean = call.emit("ReduceMean", [call.emit("Mul", [x.value, x.value])], { axes: ints(axes), keepdims: int(1) });
  const root = call.emit("Sqrt", [call.emit("Add", [mean, call.emitter.scalar(eps, x.dtype)])]);
  const normal = call.emit("Div", [x.value, root]);
  const weight = call.optional("weight");
  return weight === undefined ? normal : call.emit("Mul", [normal, weight.value]);
};

/** v · g / ‖v‖, the norm over all axes but one. */
const weightNorm: Lowering = (call) => {
  const v = call.tensor("v");
  const axis = call.axis("dim", v.sizes.length);
  const axes = [...v.sizes.keys()].filter((other) => other !== axis);
  const norm = call.emit("ReduceL2", [v.value], { axes: ints(axes), keepdims: int(1) });
  return call.emit("Mul", [v.value, call.emit("Div", [call.tensor("g").value, norm])]);
};

/** Normalizations. */
export const NORMALIZATION: Lowerings = {
  "batch_norm.default": batchNorm,
  "_native_batch_norm_legit_no_training.default": first(runningNorm),
  "_native_batch_norm_legit.no_stats": first(noStatistics),
  "_native_batch_norm_legit.default": first(batchNorm),
  "native_batch_norm.default": first(batchNorm),
  "layer_norm.default": layerNorm,
  "native_layer_norm.default": first(layerNorm),
  "group_norm.default": (call) => groupNorm(call, call.int("num_groups")),
  "native_group_norm.default": first((call) => groupNorm(call, call.int("group"))),
  "instance_norm.default": instanceNorm,
  "rms_norm.default": rmsNorm,
  "_fused_rms_norm.default": first(rmsNorm),
  "_weight_norm.default": weightNorm,
};
