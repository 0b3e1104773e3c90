import { type Contract, elementCount, type Shape, type Tensor } from "@samoyed/core";
import { type Attribute, createBuilder, type Dim, type Graph, int, ints } from "@samoyed/graph";
import { testContract } from "@samoyed/test-support/contract";
import { numbers, weight } from "@samoyed/test-support/tensors";

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
  readonly relu?: boolean;
}

/** A network that is one grouped convolution with a bias, and perhaps a Relu. */
export function convGraph({ groups, channels, outputs = channels, size, attributes, relu }: ConvOptions): Graph {
  const b = createBuilder({ name: "conv" });
  const [height, width] = size ?? [9, 7];
  const x = b.input("input", "float32", ["N", channels, height, width]);
  const filter = b.initializer(weight("conv.weight", [outputs, channels / groups, 3, 3], { seed: 5 }));
  const bias = b.initializer(weight("conv.bias", [outputs], { seed: 6 }));
  const y = b.node("Conv", [x, filter, bias], {
    name: "conv",
    attributes: { group: int(groups), pads: ints([1, 1, 1, 1]), ...attributes },
  });
  b.output(relu === true ? b.node("Relu", [y], { name: "act" }) : y);
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
