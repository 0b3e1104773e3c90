export { HASHES_NAME, isReserved, layOutData, type PlacedTensor } from "./data-layout.ts";
export { type Digested, type HashBytes, hexOf, smydDigest } from "./digest.ts";
export { LANES, panelLayout, type ConvWeights, type PanelLayout } from "./layout.ts";
export { ALIGNMENT, LENGTH_BYTES, MAX_HEADER_BYTES, SMYD_VERSION } from "./limits.ts";
export {
  packDepthwise,
  packPanel,
  type PanelArray,
  panelRows,
  type PanelRows,
  unpackDepthwise,
  unpackPanel,
} from "./pack.ts";
export { isReadByPlanner } from "./read-by-planner.ts";
export { parseCanonicalHeader } from "./parse-canonical-header.ts";
export { parseSmydHeader } from "./parse-header.ts";
export { type ParsedHeader, parseHeaderWith, type ParseJson, smydHeaderLength } from "./read-header.ts";
export { readSmydHeader } from "./read-source-header.ts";
export { refuseForeign } from "./refuse-foreign.ts";
export { convWeights, PACKED_STORAGES, storedArray, type StoredArray, type WeightRecord } from "./read-weight.ts";
export type { SmydFile, SmydVersion, SmydWeight, WeightLayout } from "./types.ts";
export { createXxh64, type Xxh64, xxh64 } from "./xxh64/xxh64.ts";
