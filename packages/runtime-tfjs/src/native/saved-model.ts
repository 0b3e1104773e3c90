import { concatBytes, decodeBase64 } from "@samoyed/core";
import { bytesField, floatField, integerField, textField } from "./protobuf.ts";
import type { WeightDType } from "@samoyed/tfjs-file";

/** An attribute's value: the bytes of an `AttrValue` (tensorflow 2.21, `core/framework/attr_value.proto`). */
export type Attribute = Uint8Array;

/** A node of a GraphDef that TensorFlow itself reads. */
export interface NativeNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

/** Tag of the graph in its SavedModel. */
export const TAG = "serve";

/** Versions of the graph's format: the producer of TensorFlow 2.9, which tfjs-node 4.22 downloads, and 12 for readers. */
const [PRODUCER, MIN_CONSUMER] = [1087, 12];

/** `DataType` of `core/framework/types.proto`. */
const TYPES: Readonly<Record<WeightDType, number>> = { float32: 1, int32: 3, bool: 10 };

/** Encodes an element type. */
export function typeAttribute(dtype: WeightDType): Attribute {
  return integerField(6, TYPES[dtype]);
}

/** Encodes a shape; -1 is an unknown size. */
export function shapeAttribute(sizes: readonly number[]): Attribute {
  return bytesField(7, shape(sizes));
}

/** Encodes a constant's elements. */
export function tensorAttribute(
  dtype: WeightDType,
  sizes: readonly number[],
  elements: Float32Array | Int32Array | Uint8Array,
): Attribute {
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  return bytesField(8, concatBytes([integerField(1, TYPES[dtype]), bytesField(2, shape(sizes)), bytesField(4, bytes)]));
}

function shape(sizes: readonly number[]): Uint8Array {
  return concatBytes(sizes.map((size) => bytesField(2, integerField(1, size))));
}

/** Encodes an attribute from a graph's JSON; `undefined` for kinds that networks do not have. */
export function attributeOfJson(value: unknown): Attribute | undefined {
  const { b, f, i, s, list } = (value ?? {}) as Record<string, unknown>;
  if (typeof b === "boolean") return integerField(5, Number(b));
  if (typeof f === "number") return floatField(4, f);
  if (i !== undefined) return isInteger(i) ? integerField(3, BigInt(i)) : undefined;
  if (s !== undefined) return isBase64(s) ? bytesField(2, decodeBase64(s)) : undefined;
  const integers = (list as { i?: unknown } | undefined)?.i;
  if (!Array.isArray(integers) || !integers.every(isInteger)) return undefined;
  return bytesField(1, concatBytes(integers.map((item) => integerField(3, BigInt(item)))));
}

function isInteger(value: unknown): value is string | number {
  return typeof value === "number"
    ? Number.isSafeInteger(value)
    : typeof value === "string" && /^-?\d{1,18}$/u.test(value);
}

function isBase64(value: unknown): value is string {
  return typeof value === "string" && /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/u.test(value);
}

/** Encodes the file `saved_model.pb` of a graph without variables or signatures. */
export function encodeSavedModel(nodes: readonly NativeNode[]): Uint8Array {
  const versions = concatBytes([integerField(1, PRODUCER), integerField(2, MIN_CONSUMER)]);
  const graph = concatBytes([...nodes.map((node) => bytesField(1, encodeNode(node))), bytesField(4, versions)]);
  const metaGraph = concatBytes([bytesField(1, textField(4, TAG)), bytesField(2, graph)]);
  return concatBytes([integerField(1, 1), bytesField(2, metaGraph)]);
}

function encodeNode({ name, op, input, attr }: NativeNode): Uint8Array {
  const attributes = Object.entries(attr).map(([key, value]) =>
    bytesField(5, concatBytes([textField(1, key), bytesField(2, value)])),
  );
  return concatBytes([textField(1, name), textField(2, op), ...input.map((item) => textField(3, item)), ...attributes]);
}
