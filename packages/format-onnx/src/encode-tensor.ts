import type { LazyTensor } from "@samoyed/core";
import { onnxDataType } from "./data-type.ts";
import { integerField, joinFields, type Message, messageField, tensorBytesField, textField } from "./message.ts";
import { ENTRY, EXTERNAL, TENSOR } from "./schema.ts";

/** Location of a tensor's bytes outside the model: the name of a file next to it, and a byte range. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * Encodes a `TensorProto`: shape and element type now, the bytes when they are written, or a reference to another file.
 *
 * @throws UnsupportedError for an element type that ONNX does not have.
 */
export function encodeTensor(name: string, tensor: LazyTensor, place?: ExternalPlace): Message {
  const what = `tensor ${JSON.stringify(name)}`;
  return joinFields([
    ...tensor.shape.map((size) => integerField(TENSOR.dims, size, `${what}: a size`)),
    integerField(TENSOR.dataType, onnxDataType(tensor.dtype, what), what),
    ...(name === "" ? [] : [textField(TENSOR.name, name, "the name of a tensor")]),
    ...(place === undefined ? [tensorBytesField(TENSOR.rawData, tensor)] : encodePlace(place)),
  ]);
}

function encodePlace(place: ExternalPlace): Message[] {
  return [
    messageField(TENSOR.externalData, encodeEntry("location", place.location)),
    messageField(TENSOR.externalData, encodeEntry("offset", String(place.offset))),
    messageField(TENSOR.externalData, encodeEntry("length", String(place.byteLength))),
    integerField(TENSOR.dataLocation, EXTERNAL, "the data location"),
  ];
}

/** Encodes a `StringStringEntryProto`. */
export function encodeEntry(key: string, value: string): Message {
  return joinFields([textField(ENTRY.key, key, "the key"), textField(ENTRY.value, value, `the value of "${key}"`)]);
}
