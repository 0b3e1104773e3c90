import { quote, UnsupportedError } from "@samoyed/core";
import type { Node, TypedTensor } from "../types.ts";
import { ATTENTION } from "./attention.ts";
import { AXIS_NORMALIZATION } from "./axis-normalization.ts";
import { BINARY } from "./binary.ts";
import { CAST } from "./cast.ts";
import { COL2IM } from "./col2im.ts";
import { CONCAT } from "./concat.ts";
import { CONSTANTS } from "./constants.ts";
import { CONV_TRANSPOSE } from "./conv-transpose.ts";
import { CONVOLUTION } from "./convolution.ts";
import { EINSUM } from "./einsum.ts";
import { GRID_SAMPLE } from "./grid-sample.ts";
import { INDEXING } from "./indexing.ts";
import { INTEGERS } from "./integers.ts";
import { LAYOUT } from "./layout.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import { PAD } from "./pad.ts";
import { POOLING } from "./pooling.ts";
import { QUANTIZE } from "./quantize.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCTION } from "./reduction.ts";
import { RESHAPE } from "./reshape.ts";
import { RESIZE } from "./resize.ts";
import type { OperatorRule, RuleTable } from "./rule.ts";
import { SCATTER } from "./scatter.ts";
import { SLICE } from "./slice.ts";
import { SOFTMAX } from "./softmax.ts";
import { SPLIT } from "./split.ts";
import { UNARY } from "./unary.ts";

/** The rules by group. A new group is one file and one line here. */
const GROUPS: readonly RuleTable[] = [
  ATTENTION,
  AXIS_NORMALIZATION,
  BINARY,
  CAST,
  COL2IM,
  CONCAT,
  CONSTANTS,
  CONV_TRANSPOSE,
  CONVOLUTION,
  EINSUM,
  GRID_SAMPLE,
  INDEXING,
  INTEGERS,
  LAYOUT,
  MATRIX,
  NORMALIZATION,
  PAD,
  POOLING,
  QUANTIZE,
  RECURRENT,
  REDUCTION,
  RESHAPE,
  RESIZE,
  SCATTER,
  SLICE,
  SOFTMAX,
  SPLIT,
  UNARY,
];

/** Rules of every known ONNX operator, by name. */
export const OPERATOR_RULES: ReadonlyMap<string, OperatorRule> = new Map(
  GROUPS.flatMap((group) => Object.entries(group)),
);

/**
 * Returns the rule of a node's operator.
 *
 * @throws UnsupportedError when the operator is unknown.
 */
export function ruleOf(node: Node<TypedTensor>): OperatorRule {
  const rule = OPERATOR_RULES.get(node.op);
  if (rule !== undefined) return rule;
  throw new UnsupportedError(`node ${quote(node.name)} has operator ${quote(node.op)}, which is not known here`, {
    hint: "Known operators are listed in the README of @samoyed/graph.",
    details: { node: node.name, op: node.op },
  });
}
