export type { ArtifactContract } from "./contract-check.ts";
export {
  type Accuracy,
  accuracyOf,
  type Prediction,
  predictionsOf,
  topPredictions,
} from "./classification/predictions.ts";
export type { CaseBackend, CaseSession } from "./backend.ts";
export {
  CASE_SCHEMA,
  type CaseImage,
  type DocumentedClass,
  type CaseTaps,
  type DocumentedReference,
  type DriftBudget,
  type FileCheckpoint,
  type GoldenCase,
  type Noise,
  type RecordedReference,
  type StandInCheckpoint,
} from "./case.ts";
export { GOLDEN_CASE_SCHEMA } from "./case-schema.ts";
export {
  type CensusCase,
  type CensusTensor,
  CENSUS_SCHEMA,
  parseCensusCase,
  parseCensusTensors,
} from "./census/census-case.ts";
export type { CensusBackendResult, CensusResult, CensusStatus } from "./census/census-result.ts";
export { type OpenCensusCase, openCensusCase } from "./census/open-census-case.ts";
export { censusInput, runCensusBackend } from "./census/run-census-backend.ts";
export { type CensusSummary, summarizeCensus } from "./census/summarize-census.ts";
export {
  type Check,
  type CheckName,
  type CheckStatus,
  type MeasuredReference,
  REFERENCE_AUTHOR,
  type ReferenceKind,
} from "./check.ts";
export { compareValues, type ValueComparison, type ValueReference } from "./compare-values.ts";
export { compareDocumented, type DocumentedComparison } from "./classification/compare-documented.ts";
export { compareLogits, type LogitComparison } from "./classification/compare-logits.ts";
export type { TapComparison, TapsResult } from "./compare-taps.ts";
export { judgeDocumented, type Ran } from "./classification/judge-documented.ts";
export type { LoadedRecording, RecordedTaps } from "./load-recording.ts";
export type { LoadedTaps } from "./load-taps.ts";
export type { CaseFiles } from "./case-files.ts";
export { type LoadedCase, openCase } from "./open-case.ts";
export { parseCase } from "./parse-case.ts";
export type { ClassificationResult } from "./classification/result.ts";
export { type LogitDrift, measureDrift } from "./classification/logit-drift.ts";
export type { Drift } from "./drift.ts";
export type { OtherWeights } from "./pick-recording.ts";
export type { AssetReader, Preprocess, Preprocessed } from "./prepare-inputs.ts";
export { measureNoise } from "./noise.ts";
export { renderHtml } from "./render-html.ts";
export { renderTable, type RenderTableOptions } from "./render-table.ts";
export { renderAnnotations } from "./render-annotations.ts";
export { renderJUnit } from "./render-junit.ts";
export { renderMarkdown } from "./render-markdown.ts";
export { createReport, type Report, REPORT_SCHEMA, type ReportOptions } from "./report.ts";
export type { BackendResult, CaseResult, PyTorchResult, TaskResult, Verdict } from "./result.ts";
export { type CaseEvent, runCase, type RunCaseOptions } from "./run-case.ts";
export { sha256Hex } from "./sha256.ts";
export { parseShard, type Shard, shardOf } from "./shard.ts";
export * from "./stand-in.ts";
export { summarize, type Summary } from "./summarize.ts";
export type { DocumentedJudgment } from "./task-comparison.ts";
export { type Gate, type ToleranceName, type TolerancePolicy, TOLERANCES } from "./tolerance.ts";
export { verdictOf } from "./verdict.ts";
export { weightsDigest, type WeightsDigest } from "./weights-digest.ts";
