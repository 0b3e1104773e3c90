import { lazyTensor } from "@samoyed/core";
import { type AttentionParts, type Dim, int, ints, type Node, readAttention } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { Emit, NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Attention(Q, K, V) = Softmax(cap(s · Q · Kᵀ) + mask) · V for each head, cap(x) = c · tanh(x / c), and a row of zeros
 * where every key is masked.
 *
 * Several heads that share a key are one head of more queries: [N, G · H, S, D] → [N, H, G · S, D].
 */

function partsOf(node: Node, view: GraphView): AttentionParts {
  const shapes = [0, 1, 2].map((index) => knownInput(node, view, index).shape);
  return readAttention(node, shapes as [Dim[], Dim[], Dim[]])!;
}

function check(node: Node, view: GraphView): string | undefined {
  const unknown = [0, 1, 2].map((index) => unknownInput(node, view, index)).find((reason) => reason !== undefined);
  const coarse = unknown ?? coarseInput(node, view);
  if (coarse !== undefined) return coarse;
  const { query, key, isCausal } = partsOf(node, view);
  const lengths = [query[2], key[2]];
  const areOpen = lengths.some((length) => typeof length !== "number");
  if (areOpen && isCausal) return "it is causal, and its lengths are not known";
  return areOpen && query[1] !== key[1] ? "its heads share keys, and its lengths are not known" : undefined;
}

/** [N, length, heads · size] → [N, heads, length, size]. */
function splitHeads(value: string, [, heads, , size]: AttentionParts["query"], emit: Emit): string {
  return emit.node("Transpose", [emit.node("Reshape", [value, emit.ints([0, 0, heads, size])])], {
    perm: ints([0, 2, 1, 3]),
  });
}

/** The scores after the bound and the masks. */
function masked(node: Node, emit: Emit, scores: string, parts: AttentionParts): string {
  const dtype = floatType(node, emit.view);
  const never = emit.scalar(Number.NEGATIVE_INFINITY, dtype);
  let value = scores;
  if (parts.softcap !== 0) {
    const ratio = emit.node("Div", [value, emit.scalar(parts.softcap, dtype)]);
    value = emit.node("Mul", [emit.node("Tanh", [ratio]), emit.scalar(parts.softcap, dtype)]);
  }
  if (parts.isCausal) {
    const [rows, columns] = [parts.query[2] as number, parts.key[2] as number];
    const data = Uint8Array.from({ length: rows * columns }, (_, at) =>
      Number(at % columns <= Math.floor(at / columns)),
    );
    const past = emit.weight(lazyTensor(`${node.name}.causal`, { dtype: "bool", shape: [rows, columns], data }));
    value = emit.node("Where", [past, value, never]);
  }
  const mask = node.inputs[3] ?? "";
  if (mask === "") return value;
  const isBool = emit.view.type(mask)?.dtype === "bool";
  return isBool ? emit.node("Where", [mask, value, never]) : emit.node("Add", [value, mask]);
}

/** Spells Attention, which came with operator set 23, by two products and a Softmax. */
export const attention: NodeRule = {
  name: "attention",
  ops: ["Attention"],
  into: ["Add", "Div", "Equal", "MatMul", "Mul", "Reshape", "Softmax", "Tanh", "Transpose", "Where"],
  check,
  expand(node, emit) {
    const parts = partsOf(node, emit.view);
    const { hasHeads, query, key, value } = parts;
    const dtype = floatType(node, emit.view);
    const [heads, shared] = [query[1], key[1]];
    const operands = [query, key, value].map((sizes, index) => {
      const name = node.inputs[index]!;
      return hasHeads ? name : splitHeads(name, sizes, emit);
    });
    // Both are no-ops where every head has its own keys.
    const together = (name: string, size: number): string =>
      heads === shared ? name : emit.node("Reshape", [name, emit.ints([0, shared, -1, size])]);
    const apart = (name: string, size: number): string =>
      heads === shared ? name : emit.node("Reshape", [name, emit.ints([0, heads, -1, size])]);
    const scaled = emit.node("Mul", [operands[0]!, emit.scalar(parts.scale, dtype)]);
    const turned = emit.node("Transpose", [operands[1]!], { perm: ints([0, 1, 3, 2]) });
    const products = emit.node("MatMul", [together(scaled, query[3]), turned]);
    const scores = masked(node, emit, apart(products, key[2] as number), parts);
    let weights = emit.node("Softmax", [scores], { axis: int(-1) });
    if ((node.inputs[3] ?? "") !== "") {
      const isMasked = emit.node("Equal", [scores, emit.scalar(Number.NEGATIVE_INFINITY, dtype)]);
      weights = emit.node("Where", [isMasked, emit.scalar(0, dtype), weights]);
    }
    const sums = emit.node("MatMul", [together(weights, key[2] as number), operands[2]!]);
    const all = apart(sums, value[3]);
    if (hasHeads) {
      emit.result("Transpose", [all], { perm: ints([0, 1, 2, 3]) });
      return;
    }
    const turnedBack = emit.node("Transpose", [all], { perm: ints([0, 2, 1, 3]) });
    emit.result("Reshape", [turnedBack, emit.ints([0, 0, heads * value[3]])]);
  },
};
