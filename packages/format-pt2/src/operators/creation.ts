import { lazyTensor } from "@samoyed/core";
import { tensorAttribute } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import { isFloat, literal } from "../lowering/literal.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import { areKnown, product } from "../program/size.ts";

/** Larger constants than this are made by the graph, not stored in it. */
const MAX_STORED = 4096;

/** A tensor of the result's shape that is full of one number. */
function full(call: Call, value: number): string {
  const { dtype, sizes } = call.output();
  const count = product(sizes);
  if (areKnown(sizes) && typeof count === "number" && count <= MAX_STORED) {
    return call.emitter.numbers(dtype, sizes, new Array<number>(count).fill(value));
  }
  const fill = lazyTensor("value", literal(dtype, [1], [value]));
  return call.emit("ConstantOfShape", [call.emitter.sizes(sizes)], { value: tensorAttribute(fill) });
}

function filled(value: number): Lowering {
  return (call) => full(call, value);
}

const fillValue: Lowering = (call) => {
  const { dtype, sizes } = call.output();
  if (!isPlain(call)) {
    return call.emit("Expand", [call.scalar("fill_value", dtype), call.emitter.sizes(sizes)]);
  }
  return full(call, call.number("fill_value"));
};

/** Whether the fill value is a number and not a size of an input. */
function isPlain(call: Call): boolean {
  const given = call.node.inputs.get("fill_value");
  return (
    given?.kind === "float" || given?.kind === "bool" || (given?.kind === "size" && typeof given.size === "number")
  );
}

/** Fills an existing tensor: the value expanded to its shape. */
const fill: Lowering = (call) => {
  const { dtype, sizes } = call.output();
  if (!call.isTensor("value")) return full(call, call.number("value"));
  return call.emit("Expand", [call.emitter.cast(call.tensor("value"), dtype), call.emitter.sizes(sizes)]);
};

/** Numbers from start by step; their count is the result's. */
function range(call: Call, start: string | undefined): string {
  const { dtype, sizes } = call.output();
  const [count] = sizes;
  const first = start === undefined ? 0 : undefined;
  const step = call.has("step") ? call.number("step") : 1;
  if (typeof count === "number") {
    const from = first ?? call.number(start!);
    return call.emitter.numbers(
      dtype,
      [count],
      Array.from({ length: count }, (_, at) => from + at * step),
    );
  }
  const from = start === undefined ? call.emitter.scalar(0, dtype) : call.scalar(start, dtype);
  if (isFloat(dtype) && step !== 1) return call.refuse("it counts by a step to an open end");
  return call.emit("Range", [from, call.scalar("end", dtype), call.emitter.scalar(step, dtype)]);
}

/** PyTorch counts from both ends to the middle (PyTorch 2.13, `aten/src/ATen/native/RangeFactories.cpp`). */
const linspace: Lowering = (call) => {
  const { dtype } = call.output();
  const [start, end, steps] = [call.number("start"), call.number("end"), call.int("steps")];
  const step = steps === 1 ? 0 : (end - start) / (steps - 1);
  const values = Array.from({ length: steps }, (_, at) =>
    at < steps / 2 ? start + at * step : end - (steps - 1 - at) * step,
  );
  return call.emitter.numbers(dtype, [steps], values);
};

const eye: Lowering = (call) => {
  const { dtype, sizes } = call.output();
  if (!areKnown(sizes)) return call.refuse("its size is open");
  const [rows, columns] = sizes as [number, number];
  if (rows * columns > MAX_STORED * 16) return call.refuse(`it is a matrix of ${rows} × ${columns}`);
  const values = Array.from({ length: rows * columns }, (_, at) => Number(Math.floor(at / columns) === at % columns));
  return call.emitter.numbers(dtype, [rows, columns], values);
};

const scalarTensor: Lowering = (call) => call.scalar("s", call.output().dtype);

/** Tensors that are made and not computed; `empty` is full of zeros, for nothing may depend on its elements. */
export const CREATION: Lowerings = {
  "arange.default": (call) => range(call, undefined),
  "arange.start": (call) => range(call, "start"),
  "arange.start_step": (call) => range(call, "start"),
  "linspace.default": linspace,
  "eye.default": eye,
  "eye.m": eye,
  "scalar_tensor.default": scalarTensor,
  "zeros.default": filled(0),
  "zeros_like.default": filled(0),
  "new_zeros.default": filled(0),
  "ones.default": filled(1),
  "ones_like.default": filled(1),
  "new_ones.default": filled(1),
  "empty.memory_format": filled(0),
  "empty_like.default": filled(0),
  "new_empty.default": filled(0),
  "full.default": fillValue,
  "full_like.default": fillValue,
  "new_full.default": fillValue,
  "fill.Scalar": fill,
  "fill.Tensor": fill,
  "zero.default": filled(0),
};
