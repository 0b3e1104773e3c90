export {
  float,
  floats,
  int,
  ints,
  readAttribute,
  readFloat,
  readInt,
  readInts,
  readString,
  string,
  tensorAttribute,
} from "./attributes.ts";
export { canonicalize, type CanonicalReport, type CanonicalResult } from "./canonical/canonicalize.ts";
export { CANONICAL_OPERATORS, DECOMPOSED_OPERATORS, operatorsInto } from "./canonical/operators.ts";
export { CANONICAL_OPSET } from "./canonical/opset.ts";
export { requireCanonical } from "./canonical/require-canonical.ts";
export { createBuilder, type GraphBuilder, type NodeOptions } from "./builder.ts";
export { MAX_DIM, MAX_RANK } from "./check-shape.ts";
export { inferShapes } from "./infer.ts";
export type { Attribute, Dim, Graph, Node, ValueInfo } from "./ir.ts";
export { dtypeFromOnnx, dtypeToOnnx } from "./onnx-dtype.ts";
export { MAX_NODES, MAX_OPSET, MIN_OPSET, verifyGraph } from "./verify.ts";
export { interpret, INTERPRETED_OPERATORS, type InterpretOptions, MAX_INTERPRETED_ELEMENTS } from "./interpret.ts";
export { castWeights } from "./rewrites/cast-weights.ts";
export { dropIdentities } from "./rewrites/drop-identities.ts";
export { foldBatchNorm } from "./rewrites/fold-batch-norm.ts";
export { foldConstants, MAX_FOLDED_BYTES } from "./rewrites/fold-constants.ts";
export { fusePad } from "./rewrites/fuse-pad.ts";
export type { Change, GraphView } from "./rewrites/graph-view.ts";
export {
  defineRewrite,
  type Outcome,
  type Rewrite,
  type RewriteParts,
  type RewriteResult,
  rewriteGraph,
} from "./rewrites/rewrite.ts";
export { withoutUnused } from "./rewrites/without-unused.ts";
