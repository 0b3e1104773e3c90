import { castLazy, castTensor, type DType, type LazyTensor, lazyTensor } from "@samoyed/core";
import { type Attribute, dtypeFromOnnx, dtypeToOnnx, type Graph, int, type Node, tensorAttribute } from "@samoyed/ir";
import { inferShapes } from "../infer.ts";

/*
 * A network of float16 or bfloat16 numbers is computed in float32: each of its numbers is one of float32 too, and what
 * is computed from them is rounded less.
 *
 *   f(x: float16, w: float16): float16        f(x: float32, w: float32): float32
 */

/** Result of `widenHalves`. */
export interface WidenResult {
  readonly graph: Graph;
  /** The element type of the values that were widened; `undefined` where there were none. */
  readonly from: DType | undefined;
}

const isHalf = (dtype: DType): boolean => dtype === "float16" || dtype === "bfloat16";

/** Attributes that name an element type. */
const TYPES: ReadonlySet<string> = new Set(["to", "dtype", "output_dtype"]);

function widenTensor(tensor: LazyTensor): LazyTensor {
  if (!isHalf(tensor.dtype)) return tensor;
  return tensor.tensor === undefined
    ? castLazy(tensor, "float32")
    : lazyTensor(tensor.name, castTensor(tensor.tensor, "float32"));
}

function widenAttribute(name: string, attribute: Attribute): Attribute {
  if (attribute.type === "tensor") return tensorAttribute(widenTensor(attribute.value));
  const isType = attribute.type === "int" && TYPES.has(name) && attribute.value !== 0;
  return isType && isHalf(dtypeFromOnnx(attribute.value)) ? int(dtypeToOnnx("float32")) : attribute;
}

function widenNode(node: Node): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    widenAttribute(name, attribute),
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

const widenType = <T extends { readonly dtype: DType }>(value: T): T =>
  isHalf(value.dtype) ? { ...value, dtype: "float32" } : value;

/**
 * Makes a graph that computes in float16 or bfloat16 compute in float32: weights, inputs, outputs and everything between.
 * Weights are widened while they are read. A graph that only stores weights in half precision, and casts them, stays as
 * it is.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `inferShapes` does.
 */
export function widenHalves(graph: Graph): WidenResult {
  const { inputs, outputs, values } = inferShapes(graph);
  const from = [...inputs, ...outputs, ...values.values()].find(({ dtype }) => isHalf(dtype))?.dtype;
  if (from === undefined) return { graph, from };
  const widened = {
    ...graph,
    inputs: inputs.map(widenType),
    outputs: outputs.map(widenType),
    nodes: graph.nodes.map(widenNode),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widenTensor(tensor)])),
    values: new Map(),
  };
  return { graph: inferShapes(widened), from };
}
