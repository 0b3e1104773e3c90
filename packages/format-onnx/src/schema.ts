/**
 * The part of ONNX's protobuf schema that Samoyed reads and writes, maintained by hand: field numbers of `onnx/onnx.proto`
 * (ONNX 1.23, IR version 14; numbers never change between versions). A table needs no code generation at run time, so
 * it works under a content security policy without `unsafe-eval`.
 */

/** `ModelProto`. */
export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  opsetImport: 8,
  metadataProps: 14,
  trainingInfo: 20,
  functions: 25,
} as const;

/** `OperatorSetIdProto`. */
export const OPERATOR_SET = { domain: 1, version: 2 } as const;

/** `StringStringEntryProto`. */
export const ENTRY = { key: 1, value: 2 } as const;

/** `GraphProto`. */
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;

/** `NodeProto`. */
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;

/** `AttributeProto`. */
export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  t: 5,
  g: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  typeProto: 14,
  typeProtos: 15,
  type: 20,
  refAttrName: 21,
  sparseTensor: 22,
  sparseTensors: 23,
} as const;

/** `ValueInfoProto`. */
export const VALUE_INFO = { name: 1, type: 2 } as const;

/** `TypeProto`. */
export const TYPE = { tensor: 1, sequence: 4, map: 5, opaque: 7, sparseTensor: 8, optional: 9 } as const;

/** `TypeProto.Tensor`. */
export const TENSOR_TYPE = { elemType: 1, shape: 2 } as const;

/** `TensorShapeProto`, and its `Dimension`. */
export const SHAPE = { dim: 1 } as const;
export const DIMENSION = { value: 1, param: 2 } as const;

/** `TensorProto`. */
export const TENSOR = {
  dims: 1,
  dataType: 2,
  segment: 3,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;

/** `TensorProto.DataLocation`: the value for bytes in another file. */
export const EXTERNAL = 1;
