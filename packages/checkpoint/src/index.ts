export {
  type Checkpoint,
  type CheckpointValue,
  type Container,
  type InertRecord,
  isInertRecord,
  isLazyTensor,
  isMap,
  type OpenOptions,
} from "./checkpoint.ts";
export type { ChecksumMismatch } from "./entry-checks.ts";
export { openCheckpoint } from "./open.ts";
export { requireChecksums } from "./require-checksums.ts";
export { type StateDict, stateDict } from "./state-dict.ts";
export { type SafetensorsOptions, writeSafetensors } from "./write-safetensors.ts";
export type { WriteOptions } from "./write-tensors.ts";
export { writeTorchLegacy } from "./write-torch-legacy.ts";
export { writeTorchZip } from "./write-torch-zip.ts";
