import { readAttribute, readFloat, readInt } from "../attributes.ts";
import { sizesDiffer } from "../compare-dims.ts";
import { nodeShapeError, nodeUnsupportedError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { describeInput, type InferCall, inputType, requireFloat, requireSameDType, type RuleTable } from "./rule.ts";

/** The three operands of an Attention as [N, heads, length, size], and how its scores are made. */
export interface AttentionParts {
  /** Whether heads are an axis of their own; else they are part of the last one, [N, length, heads · size]. */
  readonly hasHeads: boolean;
  readonly query: readonly [Dim, number, Dim, number];
  readonly key: readonly [Dim, number, Dim, number];
  readonly value: readonly [Dim, number, Dim, number];
  readonly scale: number;
  /** Bound of the scores by its hyperbolic tangent; 0 without one. */
  readonly softcap: number;
  readonly isCausal: boolean;
}

function byHead(shape: readonly Dim[], heads: number): readonly [Dim, number, Dim, number] | undefined {
  const [batch, second, third, fourth] = shape;
  if (shape.length === 4) {
    if (typeof second !== "number" || typeof fourth !== "number") return undefined;
    return [batch!, second, third!, fourth];
  }
  if (shape.length !== 3 || typeof third !== "number" || heads < 1 || third % heads !== 0) return undefined;
  return [batch!, heads, second!, third / heads];
}

/** Reads an Attention for operands of some shapes; `undefined` where these do not fit one another. */
export function readAttention(
  node: Node<TypedTensor>,
  shapes: readonly [readonly Dim[], readonly Dim[], readonly Dim[]],
): AttentionParts | undefined {
  const [own, other] = [readInt(node, "q_num_heads", 0), readInt(node, "kv_num_heads", 0)];
  const query = byHead(shapes[0], own);
  const [key, value] = [byHead(shapes[1], other), byHead(shapes[2], other)];
  if (query === undefined || key === undefined || value === undefined) return undefined;
  const fits = query[3] === key[3] && key[1] === value[1] && query[1] % key[1] === 0 && !sizesDiffer(key[2], value[2]);
  if (!fits || shapes[0].length !== shapes[1].length || shapes[1].length !== shapes[2].length) return undefined;
  return {
    hasHeads: shapes[0].length === 4,
    query,
    key,
    value,
    // No constant of ONNX's, so that it is not rounded to float32.
    scale: readAttribute(node, "scale", "float") ?? 1 / Math.sqrt(query[3]),
    softcap: readFloat(node, "softcap", 0),
    isCausal: readInt(node, "is_causal", 0) !== 0,
  };
}

function inferAttention(call: InferCall): readonly ValueType[] {
  const { node } = call;
  requireFloat(call, 0);
  if (call.inputs.slice(4).some((input) => input !== undefined)) {
    throw nodeUnsupportedError(node, "it takes keys and values of earlier calls, or lengths, which is not handled");
  }
  if (node.outputs.length > 1) throw nodeUnsupportedError(node, "it gives more than its result, which is not handled");
  const [q, k, v] = [inputType(call, 0), inputType(call, 1), inputType(call, 2)];
  const parts = readAttention(node, [q.shape, k.shape, v.shape]);
  if (parts === undefined) {
    const inputs = [0, 1, 2].map((index) => describeInput(call, index)).join(", ");
    throw nodeShapeError(node, `${inputs}; expected [N, heads, length, size], or as many axes less with their number`);
  }
  if (call.inputs[3]?.dtype !== "bool") requireSameDType({ ...call, inputs: call.inputs.slice(0, 4) });
  const { hasHeads, query, value } = parts;
  const shape = hasHeads ? [query[0], query[1], query[2], value[3]] : [query[0], query[2], query[1] * value[3]];
  return [{ dtype: q.dtype, shape }];
}

/** Attention (onnx/docs/Operators.md, Attention), without a cache. */
export const ATTENTION: RuleTable = {
  Attention: {
    since: 23,
    inputs: [3, 7],
    outputs: [1, 4],
    attributes: {
      is_causal: "int",
      kv_num_heads: "int",
      q_num_heads: "int",
      qk_matmul_output_mode: "int",
      scale: "float",
      softcap: "float",
      softmax_precision: "int",
    },
    infer: inferAttention,
  },
};
