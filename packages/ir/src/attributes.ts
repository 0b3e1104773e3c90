import { type LazyTensor, quote } from "@samoyed/core";
import { nodeFormatError } from "./node-errors.ts";
import type { Attribute, Node, TypedTensor } from "./types.ts";

/** Makes an integer attribute. */
export function int(value: number): Attribute {
  return { type: "int", value };
}

/** Makes a float32 attribute; the value is rounded to float32, as every ONNX file stores it. */
export function float(value: number): Attribute {
  return { type: "float", value: Math.fround(value) };
}

/** Makes a string attribute. */
export function string(value: string): Attribute {
  return { type: "string", value };
}

/** Makes an attribute of integers. */
export function ints(value: readonly number[]): Attribute {
  return { type: "ints", value };
}

/** Makes an attribute of float32 values, rounded as in `float`. */
export function floats(value: readonly number[]): Attribute {
  return { type: "floats", value: value.map(Math.fround) };
}

/** Makes a tensor attribute, as of `Constant`. */
export function tensorAttribute(value: LazyTensor): Attribute {
  return { type: "tensor", value };
}

type Values<V extends TypedTensor> = { readonly [A in Attribute<V> as A["type"]]: A["value"] };

/**
 * Reads the value of a node's attribute, or `undefined` if it is absent.
 *
 * @throws FormatError when the attribute has another type.
 */
export function readAttribute<T extends Attribute["type"], V extends TypedTensor>(
  node: Node<V>,
  name: string,
  type: T,
): Values<V>[T] | undefined {
  if (!Object.hasOwn(node.attributes, name)) return undefined;
  const attribute = node.attributes[name]!;
  if (attribute.type !== type) {
    throw nodeFormatError(node, `attribute ${quote(name)} has type ${attribute.type}; expected ${type}`);
  }
  return attribute.value as Values<V>[T];
}

/** Reads an integer attribute, or its default. */
export function readInt(node: Node<TypedTensor>, name: string, fallback: number): number {
  return readAttribute(node, name, "int") ?? fallback;
}

/** Reads a float attribute, or its default rounded to float32: ONNX's defaults are float32 constants. */
export function readFloat(node: Node<TypedTensor>, name: string, fallback: number): number {
  return readAttribute(node, name, "float") ?? Math.fround(fallback);
}

/** Reads a string attribute, or its default. */
export function readString(node: Node<TypedTensor>, name: string, fallback: string): string {
  return readAttribute(node, name, "string") ?? fallback;
}

/** Reads an attribute of integers, or `undefined` if it is absent. */
export function readInts(node: Node<TypedTensor>, name: string): readonly number[] | undefined {
  return readAttribute(node, name, "ints");
}
