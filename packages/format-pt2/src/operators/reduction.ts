import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings, Result } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import { product, type Size } from "../program/size.ts";

/** The reduced axes: all of them where none are given. */
function reducedAxes(call: Call, rank: number): readonly number[] {
  const given = call.has("dim") && !call.isNone("dim") ? call.axes("dim", rank) : [];
  return given.length > 0 && rank > 0 ? given : [...Array.from({ length: rank }).keys()];
}

function keepsAxes(call: Call): boolean {
  return call.has("keepdim") && call.bool("keepdim");
}

/** A reduction; ReduceSum takes its axes as an input since opset 13, the others as an attribute until 18. */
function reduce(call: Call, op: string, x: Operand, axes: readonly number[], keep: boolean): string {
  const keepdims = int(Number(keep));
  if (x.sizes.length === 0) return call.emit("Identity", [x.value]);
  if (op === "ReduceSum") return call.emit(op, [x.value, call.emitter.ints(axes)], { keepdims });
  return call.emit(op, [x.value], { axes: ints(axes), keepdims });
}

function inResultType(call: Call): Operand {
  const x = call.tensor("self");
  const { dtype } = call.output();
  return { value: call.emitter.cast(x, dtype), dtype, sizes: x.sizes };
}

function reduction(op: string): Lowering {
  return (call) => {
    const x = inResultType(call);
    return reduce(call, op, x, reducedAxes(call, x.sizes.length), keepsAxes(call));
  };
}

/** Whether any, or every, element is not zero. */
function test(op: string): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const truth = call.emitter.cast(x, "bool");
    const counts: Operand = {
      value: call.emitter.cast({ ...x, value: truth, dtype: "bool" }, "int32"),
      dtype: "int32",
      sizes: x.sizes,
    };
    const value = reduce(call, op, counts, reducedAxes(call, x.sizes.length), keepsAxes(call));
    return call.emitter.cast({ ...counts, value }, "bool");
  };
}

/** Values and positions along one axis. */
function extreme(op: "Max" | "Min"): Lowering {
  return (call) => {
    const x = call.tensor("self");
    const axis = call.axis("dim", x.sizes.length);
    const values = reduce(call, `Reduce${op}`, x, [axis], keepsAxes(call));
    return [values, position(call, `Arg${op}`, x, axis)];
  };
}

function position(call: Call, op: string, x: Operand, axis: number): string {
  if (x.sizes.length === 0) return call.emitter.scalar(0, "int64");
  return call.emit(op, [x.value], { axis: int(axis), keepdims: int(Number(keepsAxes(call))) });
}

function argument(op: string): Lowering {
  return (call) => {
    const x = call.tensor("self");
    if (!call.isNone("dim")) return position(call, op, x, call.axis("dim", x.sizes.length));
    if (keepsAxes(call)) return call.refuse("it keeps the axes of a position among all elements");
    const flat = call.emit("Reshape", [x.value, call.emitter.ints([-1])]);
    return call.emit(op, [flat], { axis: int(0), keepdims: int(0) });
  };
}

/** n / (n − correction): 1 less where nothing is said of it. */
function correctionOf(call: Call): number {
  if (call.has("unbiased")) return Number(call.bool("unbiased"));
  return call.optionalNumber("correction") ?? 1;
}

/** Σ (x − mean)² / (n − correction); centered first, which keeps the digits. */
function variance(call: Call): { readonly variance: string; readonly mean: string; readonly axes: readonly number[] } {
  const x = call.tensor("self");
  const axes = reducedAxes(call, x.sizes.length);
  const count: Size = product(axes.map((axis) => x.sizes[axis]!));
  const correction = correctionOf(call);
  if (typeof count !== "number") {
    return call.refuse("it computes the variance over an axis of open size", "Export with a fixed size there.");
  }
  const mean = reduce(call, "ReduceMean", x, axes, true);
  const centered = call.emit("Sub", [x.value, mean]);
  const squares: Operand = { ...x, value: call.emit("Mul", [centered, centered]) };
  let value = reduce(call, "ReduceMean", squares, axes, keepsAxes(call));
  if (correction !== 0) value = call.emit("Mul", [value, call.emitter.scalar(count / (count - correction), x.dtype)]);
  return { variance: value, mean, axes };
}

const deviation: Lowering = (call) => call.emit("Sqrt", [variance(call).variance]);

function withMean(root: boolean): Lowering {
  return (call): readonly Result[] => {
    const { variance: value, mean, axes } = variance(call);
    const shaped = keepsAxes(call) ? mean : call.emit("Squeeze", [mean, call.emitter.ints(axes)]);
    return [root ? call.emit("Sqrt", [value]) : value, shaped];
  };
}

/** ‖x‖ of order 1, 2 or infinity over axes. */
function norm(order: string): Lowering {
  return (call) => {
    const x = inResultType(call);
    const axes = reducedAxes(call, x.sizes.length);
    const p = call.isNone(order) ? 2 : call.number(order);
    if (p === 1 || p === 2) return reduce(call, `ReduceL${p}`, x, axes, keepsAxes(call));
    const absolute = { ...x, value: call.emit("Abs", [x.value]) };
    if (p === Number.POSITIVE_INFINITY) return reduce(call, "ReduceMax", absolute, axes, keepsAxes(call));
    if (p === Number.NEGATIVE_INFINITY) return reduce(call, "ReduceMin", absolute, axes, keepsAxes(call));
    return call.refuse(`it is a norm of order ${p}; expected 1, 2 or infinity`);
  };
}

const cumulativeSum: Lowering = (call) => {
  const x = inResultType(call);
  return call.emit("CumSum", [x.value, call.emitter.scalar(call.axis("dim", x.sizes.length), "int64")]);
};

function top(call: Call, k: number, largest: boolean): readonly string[] {
  const x = call.tensor("self");
  return call.emitter.many("TopK", [x.value, call.emitter.ints([k])], {
    attributes: { axis: int(call.axis("dim", x.sizes.length)), largest: int(Number(largest)), sorted: int(1) },
    count: 2,
  });
}

const sort: Lowering = (call) => {
  const { sizes } = call.layout("self");
  const size = sizes[call.axis("dim", sizes.length)];
  return typeof size === "number"
    ? top(call, size, call.bool("descending"))
    : call.refuse("it sorts an axis of open size");
};

/** Reductions over axes, and orders along one. */
export const REDUCTION: Lowerings = {
  "mean.default": reduction("ReduceMean"),
  "mean.dim": reduction("ReduceMean"),
  "sum.default": reduction("ReduceSum"),
  "sum.dim_IntList": reduction("ReduceSum"),
  "prod.default": reduction("ReduceProd"),
  "prod.dim_int": reduction("ReduceProd"),
  "amax.default": reduction("ReduceMax"),
  "amin.default": reduction("ReduceMin"),
  "max.default": reduction("ReduceMax"),
  "min.default": reduction("ReduceMin"),
  "max.dim": extreme("Max"),
  "min.dim": extreme("Min"),
  "argmax.default": argument("ArgMax"),
  "argmin.default": argument("ArgMin"),
  "logsumexp.default": reduction("ReduceLogSumExp"),
  "any.default": test("ReduceMax"),
  "any.dim": test("ReduceMax"),
  "any.dims": test("ReduceMax"),
  "all.default": test("ReduceMin"),
  "all.dim": test("ReduceMin"),
  "all.dims": test("ReduceMin"),
  "var.default": (call) => variance(call).variance,
  "var.dim": (call) => variance(call).variance,
  "var.correction": (call) => variance(call).variance,
  "std.default": deviation,
  "std.dim": deviation,
  "std.correction": deviation,
  "var_mean.correction": withMean(false),
  "var_mean.dim": withMean(false),
  "std_mean.correction": withMean(true),
  "std_mean.dim": withMean(true),
  "norm.Scalar": norm("p"),
  "norm.ScalarOpt_dim": norm("p"),
  "linalg_vector_norm.default": norm("ord"),
  "cumsum.default": cumulativeSum,
  "topk.default": (call) => top(call, call.int("k"), call.bool("largest")),
  "sort.default": sort,
};
