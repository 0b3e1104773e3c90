import type { DType } from "@samoyed/core";
import { int, ints } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import type { Size } from "../program/size.ts";

/** Repeats each head of keys or values for the queries that share it. */
function repeatHeads(call: Call, x: Operand, heads: Size): Operand {
  const rank = x.sizes.length;
  const own = x.sizes[rank - 3];
  if (typeof own !== "number" || typeof heads !== "number") return call.refuse("the number of its heads is open");
  if (own === heads) return x;
  const indices = Array.from({ length: heads }, (_, head) => Math.floor((head * own) / heads));
  const value = call.emit("Gather", [x.value, call.emitter.ints(indices)], { axis: int(rank - 3) });
  return { ...x, value, sizes: x.sizes.map((size, axis) => (axis === rank - 3 ? heads : size)) };
}

/** A lower triangle of the largest and smallest numbers to add: query i sees keys 0 to i. */
function causalMask(call: Call, rows: Size, columns: Size, x: Operand): string {
  if (typeof rows !== "number" || typeof columns !== "number") {
    return call.refuse("it is causal over an axis of open size", "Export with a fixed sequence length.");
  }
  const values = Array.from({ length: rows * columns }, (_, place) =>
    place % columns > Math.floor(place / columns) ? Number.NEGATIVE_INFINITY : 0,
  );
  return call.emitter.numbers(x.dtype, [rows, columns], values);
}

/** A softmax over the last axis that gives zeros where a query sees no key at all, as PyTorch's attention does. */
function safeSoftmax(call: Call, scores: string, rank: number, dtype: DType): string {
  const largest = call.emit("ReduceMax", [scores], { axes: ints([rank - 1]), keepdims: int(1) });
  const blind = call.emit("Equal", [largest, call.emitter.scalar(Number.NEGATIVE_INFINITY, dtype)]);
  const weights = call.emit("Softmax", [scores], { axis: int(rank - 1) });
  return call.emit("Where", [blind, call.emitter.scalar(0, dtype), weights]);
}

/** softmax(q kᵀ · scale + mask) v. */
function attend(call: Call): string {
  const q = call.tensor("query");
  const rank = q.sizes.length;
  let [k, v] = [call.tensor("key"), call.tensor("value")];
  if (call.number("dropout_p") !== 0)
    return call.refuse("it drops out at random", "Call model.eval() before torch.export.");
  if (call.has("enable_gqa") && call.bool("enable_gqa")) {
    [k, v] = [repeatHeads(call, k, q.sizes[rank - 3]!), repeatHeads(call, v, q.sizes[rank - 3]!)];
  }
  const width = q.sizes[rank - 1]!;
  const given = call.optionalNumber("scale");
  if (given === undefined && typeof width !== "number") return call.refuse("the width of its heads is open");
  const scale = given ?? 1 / Math.sqrt(width as number);
  const order = [...q.sizes.keys()].map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  const scaled = call.emit("Mul", [q.value, call.emitter.scalar(scale, q.dtype)]);
  const keys = call.emit("Transpose", [k.value], { perm: ints(order) });
  let scores = call.emit("MatMul", [scaled, keys]);
  if (call.bool("is_causal")) {
    scores = call.emit("Add", [scores, causalMask(call, q.sizes[rank - 2]!, k.sizes[rank - 2]!, q)]);
  }
  const mask = call.optional("attn_mask");
  if (mask?.dtype === "bool") {
    const hidden = call.emitter.scalar(Number.NEGATIVE_INFINITY, q.dtype);
    const masked = call.emit("Where", [mask.value, scores, hidden]);
    return call.emit("MatMul", [safeSoftmax(call, masked, rank, q.dtype), v.value]);
  } else if (mask !== undefined) {
    scores = call.emit("Add", [scores, call.emitter.cast(mask, q.dtype)]);
  }
  return call.emit("MatMul", [call.emit("Softmax", [scores], { axis: int(rank - 1) }), v.value]);
}

const attention: Lowering = (call) => attend(call);

/** The kernel that decomposed programs call on the CPU; its second output is for training. */
const flash: Lowering = (call) => {
  const result = attend(call);
  return call.outputNames.map((_, index) => (index === 0 ? result : undefined));
};

/** Attention. */
export const ATTENTION: Lowerings = {
  "scaled_dot_product_attention.default": attention,
  "_scaled_dot_product_flash_attention_for_cpu.default": flash,
};
