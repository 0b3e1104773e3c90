export { type AssetOptions, assetReader } from "./assets.ts";
export { formatStoring } from "./case-backends.ts";
export { caseCheckpoint, type CheckpointPlace } from "./case-checkpoint.ts";
export { type CaseFolder, caseFolders } from "./case-folders.ts";
export { checkCase, type CheckCaseOptions } from "./check-case.ts";
export { openReportFiles, type ReportFiles } from "./report-files.ts";
export { type StandIn, standInTensors } from "./stand-in-tensors.ts";
export { storedWeightsSha256 } from "./stored-weights-sha256.ts";
