import { castLazy, castTensor, type DType, type LazyTensor, lazyTensor } from "@samoyed/core";
import { type Attribute, dtypeFromOnnx, dtypeToOnnx, type Graph, int, type Node, tensorAttribute } from "@samoyed/ir";
import { inferShapes } from "../infer.ts";

/*
 * A network of float16 or bfloat16 numbers is computed in float32, or any network in float64: each of its numbers is one
 * of the wider type too, and what is computed from them is rounded less.
 *
 *   f(x: float16, w: float16): float16        f(x: float32, w: float32): float32
 */

/** Result of `widenHalves`. */
export interface WidenResult {
  readonly graph: Graph;
  /** The element type of the values that were widened; `undefined` where there were none. */
  readonly from: DType | undefined;
}

/** Element types that are widened, and the one that they become. */
interface Widening {
  readonly narrow: ReadonlySet<DType>;
  readonly to: DType;
}

const HALVES: Widening = { narrow: new Set<DType>(["float16", "bfloat16"]), to: "float32" };
const FLOATS: Widening = { narrow: new Set<DType>([...HALVES.narrow, "float32"]), to: "float64" };

/** Attributes that name an element type. */
const TYPES: ReadonlySet<string> = new Set(["to", "dtype", "output_dtype"]);

function widenTensor(tensor: LazyTensor, { narrow, to }: Widening): LazyTensor {
  if (!narrow.has(tensor.dtype)) return tensor;
  return tensor.tensor === undefined ? castLazy(tensor, to) : lazyTensor(tensor.name, castTensor(tensor.tensor, to));
}

function widenAttribute(name: string, attribute: Attribute, widening: Widening): Attribute {
  if (attribute.type === "tensor") return tensorAttribute(widenTensor(attribute.value, widening));
  const isType = attribute.type === "int" && TYPES.has(name) && attribute.value !== 0;
  return isType && widening.narrow.has(dtypeFromOnnx(attribute.value)) ? int(dtypeToOnnx(widening.to)) : attribute;
}

function widenNode(node: Node, widening: Widening): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    widenAttribute(name, attribute, widening),
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** Widens inputs, outputs, weights and everything between of a graph whose types are inferred. */
function widen(graph: Graph, widening: Widening): Graph {
  const widenType = <T extends { readonly dtype: DType }>(value: T): T =>
    widening.narrow.has(value.dtype) ? { ...value, dtype: widening.to } : value;
  return inferShapes({
    ...graph,
    inputs: graph.inputs.map(widenType),
    outputs: graph.outputs.map(widenType),
    nodes: graph.nodes.map((node) => widenNode(node, widening)),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widenTensor(tensor, widening)])),
    values: new Map(),
  });
}

/**
 * Makes a graph that computes in float16 or bfloat16 compute in float32: weights, inputs, outputs and everything between.
 * Weights are widened while they are read. A graph that only stores weights in half precision, and casts them, stays as
 * it is.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `inferShapes` does.
 */
export function widenHalves(graph: Graph): WidenResult {
  const inferred = inferShapes(graph);
  const { inputs, outputs, values } = inferred;
  const from = [...inputs, ...outputs, ...values.values()].find(({ dtype }) => HALVES.narrow.has(dtype))?.dtype;
  return from === undefined ? { graph, from } : { graph: widen(inferred, HALVES), from };
}

/**
 * Makes a graph compute in float64 what it computes in float32, float16 or bfloat16: weights, inputs, outputs and
 * everything between. `interpret` then rounds nothing, which is the reference for what a network computes.
 *
 * @throws FormatError, ShapeError or UnsupportedError as `inferShapes` does.
 */
export function widenToFloat64(graph: Graph): Graph {
  return widen(inferShapes(graph), FLOATS);
}
