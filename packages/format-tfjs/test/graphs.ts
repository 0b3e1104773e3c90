import { type Contract, elementCount, lazyTensor, type LazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { type Attribute, type Dim, type Graph, int, ints } from "@samoyed/ir";
import { testContract } from "@samoyed/test-support/contract";
import { numbers, weight } from "@samoyed/test-support/tensors";

function scalar(name: string, value: number): LazyTensor {
  return lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(value) });
}

/** An input of seeded values. */
export function input(shape: Shape): Tensor<"float32"> {
  return { dtype: "float32", shape, data: numbers(elementCount(shape), 3) };
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
  const filter = b.initializer(weight("conv.weight", [outputs, channels / groups, 3, 3], { seed: 5 }));
  const operands = bias ? [x, filter, b.initializer(weight("conv.bias", [outputs], { seed: 6 }))] : [x, filter];
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
  return testContract({
    model: "test",
    input: graph.inputs[0]!.name,
    output: graph.outputs[0]!.name,
    labels: ["Samoyed", "Großer Schweizer Sennenhund", "狐"],
  });
}
