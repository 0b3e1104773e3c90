export { allocateBytes, MAX_ARRAY_BYTES } from "./allocate.ts";
export { bfloat16ArrayToFloat32, bfloat16ToFloat32, float32ArrayToBfloat16, float32ToBfloat16 } from "./bfloat16.ts";
export { blobSource } from "./blob-source.ts";
export { castArray, castTensor, requireCast, toFloat32, type FloatDType } from "./cast.ts";
export { giveChunkBuffer, takeChunkBuffer } from "./chunk-buffers.ts";
export { type BlockWriter, throughBlocks } from "./block-writer.ts";
export { asciiBytes, hasBytesAt, UTF8_BYTE_ORDER_MARK } from "./byte-signature.ts";
export { CHUNK_BYTES } from "./chunk-bytes.ts";
export { checkPreprocess, encodeContract, parseContract } from "./contract-json.ts";
export { CONTRACT_SCHEMA, MAX_LABELS } from "./contract-schema.ts";
export * from "./contract.ts";
export * from "./dtype.ts";
export * from "./errors.ts";
export { float16ArrayToFloat32, float16ToFloat32, float32ArrayToFloat16, float32ToFloat16 } from "./float16.ts";
export { float32ToFloat8E4m3fn, float32ToFloat8E5m2, float8E4m3fnToFloat32, float8E5m2ToFloat32 } from "./float8.ts";
export { discardBody, eachPiece, statusError } from "./http-response.ts";
export { httpSource, MAX_UNRANGED_BYTES, type Fetch, type HttpSourceOptions } from "./http-source.ts";
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
} from "./lazy-tensor.ts";
export { memorySink, type MemorySink } from "./memory-sink.ts";
export { memorySource } from "./memory-source.ts";
export { encodeNpy, parseNpy } from "./npy.ts";
export { classLabels, classLogits, labelsFit } from "./one-logit.ts";
export { quote } from "./quote.ts";
export { checkRange } from "./range.ts";
export {
  MAX_SAFETENSORS_HEADER_BYTES,
  parseSafetensorsHeader,
  readSafetensorsHeader,
  requireDataBytes,
  SAFETENSORS_DTYPES,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsEntry,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from "./safetensors-header.ts";
export { schemaProblem, type JsonSchema } from "./json-schema.ts";
export { sha256, type Sha256 } from "./sha256.ts";
export * from "./shape.ts";
export type { Sink } from "./sink.ts";
export { readInto, sourceChunks, type SourceRange } from "./source-chunks.ts";
export type { ByteSource, ReadOptions } from "./source.ts";
export { describeJson, jsonCount, JsonNumber, type JsonValue, parseStrictJson } from "./strict-json.ts";
export { findSubstitute, refuseSubstitute, type Substitute, SUBSTITUTE_HEAD_BYTES } from "./substitutes.ts";
export type { LazyTensor, Tensor } from "./tensor.ts";
export { arrayToBytes, bytesToArray, bytesToTensor, tensorByteLength, zeros } from "./tensor-bytes.ts";
export { decodeUtf8 } from "./utf8.ts";
