import type { LazyTensor } from "@samoyed/core";
import type { Dim } from "@samoyed/ir";
import type { Arrangement } from "./arrangement.ts";
import type { Quantization } from "./quantize.ts";

/** An attribute in GraphDef's JSON: bytes as base64, 64-bit integers as strings, enums by name. */
export type TfAttribute =
  | { readonly type: TfType }
  | { readonly b: boolean }
  | { readonly f: number }
  | { readonly i: string }
  | { readonly s: string }
  | { readonly shape: TfShape }
  | { readonly tensor: TfTensor }
  | { readonly list: { readonly i: readonly string[] } | { readonly s: readonly string[] } };

/** TensorFlow's names of the element types that TensorFlow.js computes with. */
export type TfType = "DT_FLOAT" | "DT_INT32" | "DT_BOOL";

/** A shape in GraphDef's JSON; -1 is unknown. */
export interface TfShape {
  readonly dim: readonly { readonly size: string }[];
}

/** Type and shape of a constant, whose elements are in the weights. */
export interface TfTensor {
  readonly dtype: TfType;
  readonly tensorShape: TfShape;
}

/** A node of the GraphDef. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

/** The element types in which values live in TensorFlow.js. */
export type TfDType = "float32" | "int32" | "bool";

/** A constant of the GraphDef, whose elements are in the weights. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: TfDType;
  /** Source of the elements; entries that share one are next to each other. */
  readonly source: LazyTensor;
  /** Order of the source's elements; absent where they stay as they are. */
  readonly arrangement?: Arrangement;
  /** Whether `weights` may store it in fewer bits. */
  readonly compressible: boolean;
  /** The line on which its elements are, where they are made of 8-bit integers: those are stored without a loss. */
  readonly exact?: Quantization;
}

/** An input or an output: the caller's name, the node's output, and the shape at the boundary. */
export interface TfPort {
  readonly name: string;
  readonly ref: string;
  readonly dtype: TfDType;
  readonly shape: readonly Dim[];
}

/** A network in TensorFlow's operators. */
export interface TfGraph {
  readonly nodes: readonly TfNode[];
  readonly weights: readonly WeightEntry[];
  readonly inputs: readonly TfPort[];
  readonly outputs: readonly TfPort[];
}

const TYPES: Readonly<Record<TfDType, TfType>> = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL" };

/** TensorFlow's name of an element type. */
export function tfType(dtype: TfDType): TfType {
  return TYPES[dtype];
}

/** A shape for GraphDef's JSON; symbolic sizes become -1. */
export function tfShape(shape: readonly Dim[]): TfShape {
  return { dim: shape.map((size) => ({ size: typeof size === "number" ? String(size) : "-1" })) };
}

/** A type attribute. */
export function typeAttr(dtype: TfDType): TfAttribute {
  return { type: tfType(dtype) };
}

/**
 * The attributes of a constant: as TensorFlow.js's converter leaves them when it moves the elements to the weights, so
 * that a loader can check the manifest's shape against the graph's.
 */
export function constantAttrs({
  dtype,
  shape,
}: Pick<WeightEntry, "dtype" | "shape">): Readonly<Record<string, TfAttribute>> {
  return { dtype: typeAttr(dtype), value: { tensor: { dtype: tfType(dtype), tensorShape: tfShape(shape) } } };
}

/** A list of integers. */
export function intsAttr(values: readonly number[]): TfAttribute {
  return { list: { i: values.map(String) } };
}

/** A string, ASCII. */
export function stringAttr(value: string): TfAttribute {
  return { s: btoa(value) };
}

/** A list of strings, ASCII. */
export function stringsAttr(values: readonly string[]): TfAttribute {
  return { list: { s: values.map((value) => btoa(value)) } };
}
