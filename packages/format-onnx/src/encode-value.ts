import type { Dim, ValueInfo } from "@samoyed/ir";
import { onnxDataType } from "./data-type.ts";
import { integerField, joinFields, type Message, messageField, textField } from "./message.ts";
import { DIMENSION, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from "./schema.ts";

/**
 * Encodes a `ValueInfoProto`: a tensor's name, element type and shape, with symbolic sizes by name.
 *
 * @throws UnsupportedError for an element type that ONNX does not have.
 */
export function encodeValue(value: ValueInfo): Message {
  const what = `value ${JSON.stringify(value.name)}`;
  const shape = joinFields(value.shape.map((dim) => messageField(SHAPE.dim, encodeDim(dim, what))));
  const tensorType = joinFields([
    integerField(TENSOR_TYPE.elemType, onnxDataType(value.dtype, what), what),
    messageField(TENSOR_TYPE.shape, shape),
  ]);
  return joinFields([
    textField(VALUE_INFO.name, value.name, "the name of a value"),
    messageField(VALUE_INFO.type, messageField(TYPE.tensor, tensorType)),
  ]);
}

function encodeDim(dim: Dim, what: string): Message {
  return typeof dim === "number"
    ? integerField(DIMENSION.value, dim, `${what}: a size`)
    : textField(DIMENSION.param, dim, `${what}: a symbolic size`);
}
