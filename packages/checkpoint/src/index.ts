export {
  type Checkpoint,
  type CheckpointValue,
  type Container,
  type InertRecord,
  isInertRecord,
  isLazyTensor,
  isMap,
  keyText,
  type OpenOptions,
} from "./checkpoint.ts";
export type { ChecksumMismatch } from "./entry-checks.ts";
export { openCheckpoint } from "./open.ts";
export { type ExportedFile, type ExportedProgram, MAX_GRAPH_BYTES, openExported } from "./torch/exported-program.ts";
export { explainObject } from "./explain-object.ts";
export { findForeignArchive, type ForeignFile } from "./foreign-files.ts";
export {
  findModules,
  type FoundModule,
  isModule,
  type ModuleFacts,
  type ModuleSetting,
  type ModuleState,
  moduleState,
} from "./module-state.ts";
export { requireChecksums } from "./require-checksums.ts";
export { type StateDict, stateDict } from "./state-dict.ts";
export { type TensorDictionary, tensorDictionaries } from "./tensor-dictionaries.ts";
export { type SafetensorsOptions, writeSafetensors } from "./safetensors/write-safetensors.ts";
export type { WriteOptions } from "./tensor/write-tensors.ts";
export { SCALAR_TYPES } from "./torch/export.ts";
export { type ExportToWrite, writeTorchExport } from "./torch/write-torch-export.ts";
export { writeTorchLegacy } from "./torch/write-torch-legacy.ts";
export { writeTorchZip } from "./torch/write-torch-zip.ts";
