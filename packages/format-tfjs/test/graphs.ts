import { type Contract, elementCount, lazyTensor, type LazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { type Attribute, createBuilder, type Dim, type Graph, int, ints } from "@samoyed/graph";

/** Values between -1 and 1 that look like chance and are the same each time. */
export function noise(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => {
    let h = Math.imul(index + seed * 7919, 0x9e3779b9);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h ^= h >>> 13;
    return (h >>> 8) / 2 ** 23 - 1;
  });
}

/** A weight of seeded values. */
export function weight(name: string, shape: Shape, seed = 1): LazyTensor {
  return lazyTensor(name, { dtype: "float32", shape, data: noise(elementCount(shape), seed) });
}

function scalar(name: string, value: number): LazyTensor {
  return lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(value) });
}

/** An input of seeded values. */
export function input(shape: Shape): Tensor<"float32"> {
  return { dtype: "float32", shape, data: noise(elementCount(shape), 3) };
}

/** A convolution's geometry. */
export interface ConvOptions {
  readonly groups: number;
  readonly channels: number;
  readonly outputs?: number;
  readonly size?: readonly [Dim, Dim];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Whether there is a bias; there is when absent. */
  readonly bias?: boolean;
  /** The operator after the convolution, if any. */
  readonly activation?: "Relu" | "LeakyRelu" | "Clip" | "Sigmoid";
}

/** A network that is one grouped convolution, and perhaps an activation. */
export function convGraph(options: ConvOptions): Graph {
  const { groups, channels, outputs = channels, size, attributes, bias = true, activation } = options;
  const b = createBuilder({ name: "conv" });
  const [height, width] = size ?? [9, 7];
  const x = b.input("input", "float32", ["N", channels, height, width]);
  const filter = b.initializer(weight("conv.weight", [outputs, channels / groups, 3, 3], 5));
  const operands = bias ? [x, filter, b.initializer(weight("conv.bias", [outputs], 6))] : [x, filter];
  const y = b.node("Conv", operands, {
    name: "conv",
    attributes: { group: int(groups), pads: ints([1, 1, 1, 1]), ...attributes },
  });
  const bounds = activation === "Clip" ? [0, 0.5].map((bound) => b.initializer(scalar(`bound ${bound}`, bound))) : [];
  b.output(activation === undefined ? y : b.node(activation, [y, ...bounds], { name: "act" }));
  return b.finish();
}

/** A contract for graphs with one input and one output. */
export function contractFor(graph: Graph): Contract {
  return {
    version: 1,
    model: "test",
    task: "logits",
    input: graph.inputs[0]!.name,
    output: graph.outputs[0]!.name,
    preprocess: {
      inputSize: [3, 8, 8],
      interpolation: "bicubic",
      cropPct: 1,
      cropMode: "center",
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    },
    labels: ["Samoyed", "Großer Schweizer Sennenhund", "狐"],
    weights: "float32",
    generator: "samoyed test",
  };
}
