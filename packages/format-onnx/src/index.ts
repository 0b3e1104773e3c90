export type { Resolve } from "./external-data.ts";
export { type OnnxModel, readOnnx, type ReadOnnxOptions } from "./read-onnx.ts";
export { type NamedTensor, readTensorProto } from "./read-tensor-proto.ts";
export { MAX_MODEL_BYTES, onnxByteLength, writeOnnx, type WriteOnnxOptions, type WrittenOnnx } from "./write-onnx.ts";
export { VENDOR_OPERATORS } from "./vendor/operators.ts";
