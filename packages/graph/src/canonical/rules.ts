import { depthToSpace } from "./decompositions/depth-to-space.ts";
import { dilatedAverage } from "./decompositions/dilated-average.ts";
import { celu } from "./decompositions/celu.ts";
import { attention } from "./decompositions/attention.ts";
import { col2im } from "./decompositions/col2im.ts";
import { dynamicQuantization } from "./decompositions/dynamic-quantization.ts";
import { einsum } from "./decompositions/einsum.ts";
import { gatherND } from "./decompositions/gather-nd.ts";
import { gelu } from "./decompositions/gelu.ts";
import { groupNormalization } from "./decompositions/group-normalization.ts";
import { hardSwish } from "./decompositions/hard-swish.ts";
import { integerProducts } from "./decompositions/integer-products.ts";
import { indexedAxes } from "./decompositions/indexed-axes.ts";
import { logSumExp } from "./decompositions/log-sum-exp.ts";
import { lpNormalization } from "./decompositions/lp-normalization.ts";
import { meanVarianceNormalization } from "./decompositions/mean-variance-normalization.ts";
import { mish } from "./decompositions/mish.ts";
import { rmsNormalization } from "./decompositions/rms-normalization.ts";
import { selu } from "./decompositions/selu.ts";
import { shrink } from "./decompositions/shrink.ts";
import { sliceUpdate } from "./decompositions/slice-update.ts";
import { softsign } from "./decompositions/softsign.ts";
import { spatialMean } from "./decompositions/spatial-mean.ts";
import { sums } from "./decompositions/sums.ts";
import { swish } from "./decompositions/swish.ts";
import { thresholdedRelu } from "./decompositions/thresholded-relu.ts";
import { extremeOperands, sumOperands } from "./decompositions/variadic.ts";
import { wrapPadding } from "./decompositions/wrap-padding.ts";
import { gridSample, gridSampleOfAny } from "./expansions/grid-sample.ts";
import { recurrent } from "./expansions/recurrent.ts";
import { scatter } from "./expansions/scatter.ts";
import { autoPad } from "./resolve/auto-pad.ts";
import { constantNodes } from "./resolve/constant-nodes.ts";
import { dequantizedWeights } from "./resolve/dequantized-weights.ts";
import { exactCasts } from "./resolve/exact-casts.ts";
import { fakeQuantization } from "./resolve/fake-quantization.ts";
import { filledWeights } from "./resolve/filled-weights.ts";
import { inferenceDropout } from "./resolve/inference-dropout.ts";
import { shapeTargets } from "./resolve/shape-targets.ts";
import { stridedImages } from "./resolve/strided-images.ts";
import type { NodeRule } from "./rule.ts";
import { axesInputs } from "./upgrades/axes-inputs.ts";
import { clipBounds } from "./upgrades/clip-bounds.ts";
import { gridModes } from "./upgrades/grid-modes.ts";
import { dropLaterAttributes } from "./upgrades/later-attributes.ts";
import { laterReductions } from "./upgrades/later-reductions.ts";
import { laterTypes } from "./upgrades/later-types.ts";
import { legacyBroadcast } from "./upgrades/legacy-broadcast.ts";
import { padInputs } from "./upgrades/pad-inputs.ts";
import { reductionAxes } from "./upgrades/reduction-axes.ts";
import { oldResize, resizeInputs, upsample } from "./upgrades/resize-inputs.ts";
import { sliceInputs } from "./upgrades/slice-inputs.ts";
import { softmaxAxis } from "./upgrades/softmax-axis.ts";
import { splitSizes } from "./upgrades/split-sizes.ts";
import { topK } from "./upgrades/top-k.ts";
import { batchNormAttributes, dropoutAttributes } from "./upgrades/training-mode.ts";

/**
 * Rules that bring a graph to the canonical operator set: nodes that older or newer ones write otherwise.
 * Decompositions of operators that came later are among them, for such a node cannot wait.
 */
export const UPGRADES: readonly NodeRule[] = [
  attention,
  axesInputs,
  batchNormAttributes,
  clipBounds,
  col2im,
  dilatedAverage,
  dropoutAttributes,
  gelu,
  gridModes,
  groupNormalization,
  laterReductions,
  laterTypes,
  dropLaterAttributes,
  legacyBroadcast,
  mish,
  oldResize,
  wrapPadding,
  padInputs,
  reductionAxes,
  resizeInputs,
  rmsNormalization,
  sliceInputs,
  softmaxAxis,
  splitSizes,
  swish,
  topK,
  upsample,
];

/** Rules from the canonical operator set to the canonical form. A new decomposition is one line here. */
export const DECOMPOSITIONS: readonly NodeRule[] = [
  autoPad,
  celu,
  constantNodes,
  depthToSpace,
  dequantizedWeights,
  dynamicQuantization,
  einsum,
  extremeOperands,
  filledWeights,
  gatherND,
  hardSwish,
  indexedAxes,
  inferenceDropout,
  integerProducts,
  logSumExp,
  lpNormalization,
  meanVarianceNormalization,
  selu,
  shrink,
  sliceUpdate,
  softsign,
  spatialMean,
  sumOperands,
  sums,
  thresholdedRelu,
];

/** Rules for what is known once constants are folded; a weight in a Constant node is not before. */
export const RESOLUTIONS: readonly NodeRule[] = [
  dequantizedWeights,
  exactCasts,
  fakeQuantization,
  shapeTargets,
  stridedImages,
];

/**
 * Rules from canonical operators to others, for targets that lack the former: what is one operator in a file is many
 * nodes so.
 */
export const EXPANSIONS: readonly NodeRule[] = [gridSample, gridSampleOfAny, recurrent, scatter];
