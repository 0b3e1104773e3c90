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
export { normalizeAxis } from "./axis.ts";
export { normalizeIndex } from "./normalize-index.ts";
export { broadcastShapes } from "./broadcast.ts";
export { checkNames, type GraphNames, type NameError } from "./check-names.ts";
export { checkShape } from "./check-shape.ts";
export { absentContractPort, requireContractPorts } from "./contract-ports.ts";
export { compatibleShapes, isKnown } from "./compare-dims.ts";
export { SYMBOLIC_SIZES } from "./dims.ts";
export { imageWindow, imageWindowExtent, type ImageWindow, type Pair } from "./image-window.ts";
export { constantDims, inferredDims, knownTensor, MAX_KNOWN_ELEMENTS, tensorDims } from "./known.ts";
export { CANONICAL_OPSET, MAX_DIM, MAX_OPSET, MAX_RANK, MAX_WINDOW, MIN_OPSET } from "./limits.ts";
export {
  describeNode,
  messageWithoutNode,
  nodeFormatError,
  nodeShapeError,
  nodeUnsupportedError,
} from "./node-errors.ts";
export { NUMERIC_SIZES } from "./numeric-sizes.ts";
export { dtypeFromOnnx, dtypeToOnnx } from "./onnx-dtype.ts";
export { type AttentionParts, readAttention } from "./operators/attention.ts";
export { AXIS_NORMALIZATION, layerNormRule } from "./operators/axis-normalization.ts";
export { alignedShape } from "./operators/arithmetic.ts";
export { canonicalArithmeticRule } from "./operators/canonical-arithmetic.ts";
export { clipRule } from "./operators/clip.ts";
export { BINARY, powRule, slopeShape, variadicRule } from "./operators/binary.ts";
export { type BlockWindows, readBlockWindows } from "./operators/col2im.ts";
export { concatRule } from "./operators/concat.ts";
export { CAST } from "./operators/cast.ts";
export { CONSTANTS } from "./operators/constants.ts";
export { CONV_TRANSPOSE, convTransposeAxis, type TransposedAxis } from "./operators/conv-transpose.ts";
export { convRule } from "./operators/convolution.ts";
export { type Equation, parseEquation } from "./operators/einsum.ts";
export { type GridSampling, readGridSampling } from "./operators/grid-sample.ts";
export { OPERATOR_RULES, ruleOf } from "./operators/index.ts";
export { gatherRule } from "./operators/gather.ts";
export { INDEXING } from "./operators/indexing.ts";
export { blockSize, LAYOUT } from "./operators/layout.ts";
export { gemmRule, matMulRule } from "./operators/matrix.ts";
export { batchNormRule } from "./operators/batch-norm.ts";
export { instanceNormRule, NORMALIZATION } from "./operators/normalization.ts";
export { padSources, readPadMode } from "./operators/pad-source.ts";
export { type AxisPadding, padRule, readPadding } from "./operators/pad.ts";
export { globalPoolRule } from "./operators/global-pool.ts";
export { averagePoolRule, maxPoolRule, poolKernel } from "./operators/pooling.ts";
export { QUANTIZED_RANGES } from "./operators/quantize.ts";
export { readActivations, readDirections, RECURRENT_KINDS } from "./operators/recurrent.ts";
export { expandRule, tileRule } from "./operators/repeat.ts";
export { shapeRule, shapeSlice } from "./operators/shape.ts";
export { readReducedAxes, REDUCTION } from "./operators/reduction.ts";
export {
  flattenRule,
  readFlattenAxis,
  readSqueezeAxes,
  reshapedShape,
  reshapeRule,
  squeezeRule,
  unsqueezeRule,
} from "./operators/reshape.ts";
export { readResizeMode } from "./operators/resize-mode.ts";
export { type AxisResize, type AxisWeights, resizeWeights } from "./operators/resize-weights.ts";
export {
  hasScalesOnly,
  readResize,
  RESIZE,
  type ResizedAxis,
  resizedAxis,
  type ResizeRequest,
} from "./operators/resize.ts";
export { describeInput, type InferCall, inputType, type OperatorRule, type RuleTable } from "./operators/rule.ts";
export { readReduction, type ScatterReduction } from "./operators/scatter.ts";
export { type AxisSlice, readSlices, resolveSlice, sliceRule, type Slices } from "./operators/slice.ts";
export { readSoftmaxAxis, softmaxRule } from "./operators/softmax.ts";
export { readPermutation, transposeRule } from "./operators/transpose.ts";
export { geluRule, UNARY } from "./operators/unary.ts";
export { splitRule } from "./operators/split.ts";
export { alphaRule, floatUnaryRule, hardSigmoidRule, unaryRule } from "./operators/unary-rules.ts";
export type { SizeMath } from "./size-math.ts";
export { integers, type Numbers, numbers, parameters } from "./tensor-numbers.ts";
export type { Attribute, Dim, Graph, Node, TypedTensor, ValueInfo, ValueType } from "./types.ts";
export { axisPads, kernelExtent, readWindow, type WindowAttributes, windowOutputs } from "./window.ts";
