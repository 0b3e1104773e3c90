export { allocateBytes, MAX_ARRAY_BYTES } from "./tensor/allocate.ts";
export {
  bfloat16ArrayToFloat32,
  bfloat16ToFloat32,
  float32ArrayToBfloat16,
  float32ToBfloat16,
} from "./tensor/bfloat16.ts";
export { decodeBase64 } from "./io/base64.ts";
export { blobSource } from "./io/blob-source.ts";
export { castArray, castTensor, type FloatDType, requireCast, toFloat32 } from "./tensor/cast.ts";
export { copyChunks } from "./tensor/copy-chunks.ts";
export { narrowWeights } from "./tensor/narrow-weights.ts";
export { type Grid, readGrid, requireMultiples } from "./tensor/grid.ts";
export { concatBytes } from "./io/concat-bytes.ts";
export { crc32 } from "./io/crc32.ts";
export { nearest, nearestNames } from "./text/nearest.ts";
export { giveChunkBuffer, takeChunkBuffer } from "./io/chunk-buffers.ts";
export { giveScratch, takeScratch } from "./io/scratch.ts";
export { type BlockWriter, throughBlocks } from "./io/block-writer.ts";
export { CHUNK_BYTES } from "./io/chunk-bytes.ts";
export { checkPreprocess, encodeContract, parseContract } from "./contract/contract-json.ts";
export * from "./contract/contract-base.ts";
export { contractSchema } from "./contract/contract-schema.ts";
export type { PadRule, PreprocessConfig, Resampler, ResizeRule } from "./contract/preprocess-config.ts";
export { PREPROCESS_SCHEMA } from "./contract/preprocess-schema.ts";
export {
  type Contract,
  CONTRACT_TASKS,
  isOfTask,
  requireTask,
  type TaskContracts,
  type UnknownContract,
} from "./contract/contract-tasks.ts";
export { type ClassificationContract, MAX_LABELS } from "./contract/tasks/classification.ts";
export { type FeaturesContract } from "./contract/tasks/features.ts";
export { type ContractTask } from "./contract/tasks/task.ts";
export { contractBeforeHash } from "./contract/source-hash.ts";
export * from "./tensor/dtype.ts";
export { asciiBytes, hasBytesAt, UTF8_BYTE_ORDER_MARK } from "./io/byte-signature.ts";
export * from "./errors.ts";
export { float16ArrayToFloat32, float16ToFloat32, float32ArrayToFloat16, float32ToFloat16 } from "./tensor/float16.ts";
export {
  float32ToFloat8E4m3fn,
  float32ToFloat8E5m2,
  float8E4m3fnToFloat32,
  float8E5m2ToFloat32,
} from "./tensor/float8.ts";
export { discardBody, eachPiece, statusError } from "./io/http-response.ts";
export { httpSource, MAX_UNRANGED_BYTES, type Fetch, type HttpSourceOptions } from "./io/http-source.ts";
export {
  castLazy,
  collectChunks,
  lazyFromChunks,
  lazyTensor,
  readFloat32,
  readTensor,
  renameLazy,
  reshapeLazy,
  wholeElements,
  type TensorInfo,
} from "./tensor/lazy-tensor.ts";
export { memorySink, type MemorySink } from "./io/memory-sink.ts";
export { memorySource } from "./io/memory-source.ts";
export type { ModelFiles } from "./io/model-files.ts";
export { encodeNpy, parseNpy } from "./tensor/npy.ts";
export { NUMPY_DTYPES } from "./tensor/npy-header.ts";
export { quote } from "./text/quote.ts";
export { classLabels, classLogits, labelsFit } from "./contract/tasks/one-logit.ts";
export { checkRange } from "./io/range.ts";
export { type SafetensorsJson, splitSafetensorsJson } from "./tensor/safetensors-json.ts";
export { SAFETENSORS_DTYPES } from "./tensor/safetensors-dtypes.ts";
export {
  MAX_SAFETENSORS_HEADER_BYTES,
  parseSafetensorsHeader,
  readSafetensorsHeader,
  requireDataBytes,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsEntry,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from "./tensor/safetensors-header.ts";
export { parseJsonObject } from "./json/json-object.ts";
export { schemaProblem, type JsonSchema } from "./json/json-schema.ts";
export { serialQueue } from "./serial-queue.ts";
export { sha256, type Sha256 } from "./io/sha256.ts";
export { replaceUnprintable } from "./text/printable.ts";
export { sha256Of } from "./io/sha256-of.ts";
export * from "./tensor/shape.ts";
export type { Sink } from "./io/sink.ts";
export type { StandInFill } from "./tensor/stand-in-fill.ts";
export { readInto, sourceChunks, type ByteRange } from "./io/source-chunks.ts";
export type { ByteSource, ReadOptions } from "./io/source.ts";
export { parseCanonicalJson } from "./json/canonical-json.ts";
export { describeJson, jsonCount, JsonNumber, type JsonValue } from "./json/json-value.ts";
export { parseStrictJson } from "./json/strict-json.ts";
export { findSubstitute, refuseSubstitute, type Substitute, SUBSTITUTE_HEAD_BYTES } from "./io/substitutes.ts";
export type { LazyTensor, QuantizedForm, Tensor } from "./tensor/tensor.ts";
export { arrayToBytes, bytesToArray, bytesToTensor, tensorByteLength, zeros } from "./tensor/tensor-bytes.ts";
export { decodeUtf8 } from "./io/utf8.ts";
