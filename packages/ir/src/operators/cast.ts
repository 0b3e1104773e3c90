import { readAttribute, readInt } from "../attributes.ts";
import { isKnown } from "../compare-dims.ts";
import { nodeFormatError } from "../node-errors.ts";
import { dtypeFromOnnx, dtypeToOnnx } from "../onnx-dtype.ts";
import type { Dim, ValueType } from "../types.ts";
import { type InferCall, inputType, type RuleTable } from "./rule.ts";

function inferCast(call: InferCall): readonly ValueType[] {
  const to = readAttribute(call.node, "to", "int");
  if (to === undefined) throw nodeFormatError(call.node, `attribute "to" is missing`);
  return [{ dtype: dtypeFromOnnx(to), shape: inputType(call, 0).shape }];
}

/** Returns the same integers, unless one wraps around in 32 bits; as bool 0 or 1. */
function castDims(call: InferCall): readonly Dim[] | undefined {
  const dims = call.dims(0);
  if (readInt(call.node, "to", 0) === dtypeToOnnx("bool")) {
    return dims !== undefined && isKnown(dims) ? dims.map((dim) => (dim === 0 ? 0 : 1)) : undefined;
  }
  if (readInt(call.node, "to", 0) !== dtypeToOnnx("int32")) return dims;
  return dims?.every((dim) => typeof dim === "string" || dim === (dim | 0)) === true ? dims : undefined;
}

/** Conversion of elements (onnx/docs/Operators.md, Cast). */
export const CAST: RuleTable = {
  Cast: {
    inputs: [1, 1],
    attributes: { round_mode: "string", saturate: "int", to: "int" },
    infer: inferCast,
    inferDims: castDims,
  },
};
