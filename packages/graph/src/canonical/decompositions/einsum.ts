import { int, ints } from "@samoyed/ir";
import type { Emit, NodeRule } from "../rule.ts";
import { type EinsumPlan, planEinsum, type Product, productShapes } from "./einsum-plan.ts";
import { coarseInput } from "./floats.ts";

/*
 * A product of two operands, by its labels: those that both have and that stay (batch), those that both have and that
 * are summed (contracted), and those of one (left, right). Those of one that do not stay are summed first.
 *
 *   contracted labels:  A [batch, left, contracted] · B [batch, contracted, right] = [batch, left, right]    MatMul
 *   none:               A [batch, left, 1] ∘ B [batch, 1, right]                   = [batch, left, right]    Mul
 *
 *   "bhwc,hkc->bhwk":   batch h, contracted c, left b w, right k
 *
 * Several labels of a kind are joined into one axis by a Reshape and taken apart again; more operands are multiplied
 * from left to right. A sum over several labels is one sum over the joined axis, in the same order.
 */

/** A value and the labels of its axes. */
interface Operand {
  readonly name: string;
  readonly labels: readonly string[];
}

function sumOver(operand: Operand, summed: readonly string[], emit: Emit): Operand {
  if (summed.length === 0) return operand;
  const axes = summed.map((label) => operand.labels.indexOf(label));
  return {
    name: emit.node("ReduceSum", [operand.name, emit.ints(axes)], { keepdims: int(0) }),
    labels: operand.labels.filter((label) => !summed.includes(label)),
  };
}

function transpose(operand: Operand, labels: readonly string[], emit: Emit): string {
  const perm = labels.map((label) => operand.labels.indexOf(label));
  if (perm.every((axis, index) => axis === index)) return operand.name;
  return emit.node("Transpose", [operand.name], { perm: ints(perm) });
}

function unsqueeze(name: string, axes: readonly number[], emit: Emit): string {
  return axes.length === 0 ? name : emit.node("Unsqueeze", [name, emit.ints(axes)]);
}

const count = (from: number, length: number): number[] => Array.from({ length }, (_, index) => from + index);

/** The product where nothing is summed. */
function multiply(a: Operand, b: Operand, { batch, left, right }: Product, emit: Emit): string {
  const first = transpose(a, [...batch, ...left], emit);
  const second = transpose(b, [...batch, ...right], emit);
  const toFirst = count(batch.length + left.length, right.length);
  // Broadcasting aligns at the end, so the second operand needs the left axes only after a batch.
  const toSecond = batch.length === 0 ? [] : count(batch.length, left.length);
  return emit.node("Mul", [unsqueeze(first, toFirst, emit), unsqueeze(second, toSecond, emit)]);
}

/** The product as a matrix product. */
function contract(a: Operand, b: Operand, product: Product, plan: EinsumPlan, emit: Emit): string {
  const { batch, contracted, left, right } = product;
  const shapes = productShapes(product, plan.sizes)!;
  const reshape = (name: string, target: readonly number[] | undefined): string =>
    target === undefined ? name : emit.node("Reshape", [name, emit.ints(target)]);
  const first = transpose(a, [...batch, ...left, ...contracted], emit);
  const second = transpose(b, [...batch, ...contracted, ...right], emit);
  const matrices = [reshape(first, shapes.first), reshape(second, shapes.second)];
  return reshape(emit.node("MatMul", matrices), shapes.result);
}

/** Spells Einsum by matrix products, where it takes no diagonal. */
export const einsum: NodeRule = {
  name: "einsum",
  ops: ["Einsum"],
  into: ["ReduceSum", "Transpose", "Reshape", "Unsqueeze", "Mul", "MatMul"],
  check(node, view) {
    const plan = planEinsum(node, view);
    return typeof plan === "string" ? plan : coarseInput(node, view);
  },
  expand(node, emit) {
    const plan = planEinsum(node, emit.view) as EinsumPlan;
    let value: Operand = { name: node.inputs[0]!, labels: plan.operands[0]! };
    for (const [index, product] of plan.products.entries()) {
      const next: Operand = { name: node.inputs[index + 1]!, labels: plan.operands[index + 1]! };
      const [a, b] = [sumOver(value, product.summed[0], emit), sumOver(next, product.summed[1], emit)];
      const name =
        product.contracted.length === 0 ? multiply(a, b, product, emit) : contract(a, b, product, plan, emit);
      value = { name, labels: [...product.batch, ...product.left, ...product.right] };
    }
    const summed = value.labels.filter((label) => !plan.result.includes(label));
    const rest = sumOver(value, summed, emit);
    emit.result("Transpose", [rest.name], { perm: ints(plan.result.map((label) => rest.labels.indexOf(label))) });
  },
};
