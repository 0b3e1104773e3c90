export { canonicalize, type CanonicalReport, type CanonicalResult } from "./canonical/canonicalize.ts";
export { CANONICAL_OPERATORS, DECOMPOSED_OPERATORS, EXPANDED_OPERATORS, operatorsInto } from "./canonical/operators.ts";
export { expandOperators, type ExpandResult } from "./canonical/expand-operators.ts";
export { requireCanonical } from "./canonical/require-canonical.ts";
export { createBuilder, type GraphBuilder, type NodeOptions } from "./builder.ts";
export { inferShapes, inferTypes } from "./infer.ts";
export { countMultiplyAdds } from "./multiply-adds.ts";
export { MAX_NODES, verifyGraph } from "./verify.ts";
export { interpret, INTERPRETED_OPERATORS, type InterpretOptions, MAX_INTERPRETED_ELEMENTS } from "./interpret.ts";
export { castWeights } from "./rewrites/cast-weights.ts";
export { dropIdentities } from "./rewrites/drop-identities.ts";
export { foldBatchNorm } from "./rewrites/fold-batch-norm.ts";
export { untransposed } from "./folding/computed-weight.ts";
export { MAX_FOLDED_BYTES } from "./folding/fold-limits.ts";
export { foldConstants } from "./rewrites/fold-constants.ts";
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
export { type WidenResult, widenHalves, widenToFloat64 } from "./rewrites/widen-floats.ts";
export { withoutUnused } from "./rewrites/without-unused.ts";
export {
  type CreateSink,
  type Format,
  type OpenModel,
  type ReadModelOptions,
  type ReadWeightsOptions,
  type PrepareContext,
  type PreparedModel,
  type Refusal,
  type SourceFormat,
  type WriteContext,
  type WrittenModel,
} from "./format/format.ts";
export {
  readAtLeastZero,
  type FormatOption,
  readChoice,
  readSwitch,
  type OptionValue,
  type OptionValues,
} from "./format/format-option.ts";
export { type KeptFiles, openKept, withFiles } from "./format/keep-open.ts";
export {
  describeGraph,
  describeTensors,
  describeValues,
  type ModelDescription,
  type PortDescription,
  type TensorDescription,
} from "./format/model-description.ts";
export { fixInputs, fixSizes, type Sizes } from "./format/fix-sizes.ts";
export { fixInputValues, fixValues, type InputValues } from "./format/fix-values.ts";
export { countStorage } from "./format/count-storage.ts";
export { openSizes } from "./format/open-sizes.ts";
export { readGraphWeights } from "./format/read-graph-weights.ts";
export { weightBytes } from "./format/weight-bytes.ts";
