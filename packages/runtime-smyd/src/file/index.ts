export { LANES, panelLayout, type ConvWeights, type PanelLayout } from "./layout.ts";
export { ALIGNMENT, MAX_HEADER_BYTES, SMYD_VERSION } from "./limits.ts";
export { LENGTH_BYTES, parseSmydHeader, readSmydHeader, smydHeaderLength } from "./read-header.ts";
export { convWeights } from "./read-weight.ts";
export type {
  SmydAttribute,
  SmydDim,
  SmydFile,
  SmydGraph,
  SmydNode,
  SmydPort,
  SmydWeight,
  Stretch,
  WeightLayout,
} from "./types.ts";
