import { type DType, DTYPES, lazyTensor, type LazyTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { float, type Graph, int, ints, tensorAttribute } from "@samoyed/ir";
import { anyTensor, weight } from "@samoyed/test-support/tensors";

/** Dtypes that ONNX has. */
export const ONNX_DTYPES: readonly DType[] = DTYPES.filter((dtype) => dtype !== "complex32");

/** A network with the operators of a ResNeXt, and a batch of any size: [N, 3, 16, 16] to [N, 5]; `taps` are outputs too. */
export function smallNetwork({ opset = 17, taps = [] }: { opset?: number; taps?: readonly string[] } = {}): Graph {
  const builder = createBuilder({ name: "small", opset });
  let value = builder.input("input", "float32", ["N", 3, 16, 16]);
  value = builder.node(
    "Conv",
    [
      value,
      builder.initializer(weight("conv1.weight", [8, 3, 3, 3], { seed: 1, scale: 0.3 })),
      builder.initializer(weight("conv1.bias", [8], { seed: 2, scale: 0.1 })),
    ],
    {
      name: "conv1",
      attributes: { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
    },
  );
  value = builder.node("Relu", [value], { name: "relu1" });
  const shortcut = builder.node("MaxPool", [value], {
    name: "pool1",
    attributes: { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
  });
  value = builder.node(
    "Conv",
    [shortcut, builder.initializer(weight("conv2.weight", [8, 4, 3, 3], { seed: 3, scale: 0.3 }))],
    {
      name: "conv2",
      attributes: { group: int(2), kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) },
    },
  );
  value = builder.node(
    "BatchNormalization",
    [
      value,
      ...["weight", "bias", "running_mean"].map((name, seed) =>
        builder.initializer(weight(`bn2.${name}`, [8], { seed: seed + 4 })),
      ),
      builder.initializer(
        lazyTensor("bn2.running_var", { dtype: "float32", shape: [8], data: new Float32Array(8).fill(0.5) }),
      ),
    ],
    {
      name: "bn2",
      attributes: { epsilon: float(1e-5) },
    },
  );
  value = builder.node("Add", [value, shortcut], { name: "add2" });
  value = builder.node("Relu", [value], { name: "relu2" });
  value = builder.node("GlobalAveragePool", [value], { name: "pool" });
  value = builder.node("Flatten", [value], { name: "flatten", attributes: { axis: int(1) } });
  value = builder.node(
    "Gemm",
    [
      value,
      builder.initializer(weight("fc.weight", [5, 8], { seed: 8 })),
      builder.initializer(weight("fc.bias", [5], { seed: 9 })),
    ],
    {
      name: "fc",
      attributes: { transB: int(1) },
      outputs: ["logits"],
    },
  );
  for (const name of [value, ...taps]) builder.output(name);
  return builder.finish();
}

/** `smallNetwork` with the outputs that `CONTRACT` names. */
export function contractNetwork(): Graph {
  return smallNetwork({ taps: ["relu1", "relu2"] });
}

/** A tensor attribute, sizes in a weight (Reshape), and a symbolic batch behind them. */
export function reshapeGraph(): Graph {
  const builder = createBuilder({ name: "reshape" });
  const input = builder.input("input", "float32", ["N", 2, 3]);
  const shape = builder.initializer(
    lazyTensor("shape", { dtype: "int64", shape: [2], data: BigInt64Array.of(0n, -1n) }),
  );
  const constant = builder.node("Constant", [], {
    name: "offsets",
    attributes: { value: tensorAttribute(weight("", [6], { seed: 3 })) },
  });
  const flat = builder.node("Reshape", [input, shape], { name: "flat" });
  builder.output(builder.node("Add", [flat, constant], { name: "output" }));
  return builder.finish();
}

/** A float16 weight that a Cast converts to float32, as by `castWeights`. */
export function float16Graph(): Graph {
  const builder = createBuilder({ name: "half" });
  const input = builder.input("input", "float32", ["N", 4]);
  const half = builder.initializer(anyTensor("fc.weight.float16", "float16", [3, 4]));
  const full = builder.node("Cast", [half], { name: "fc.weight", attributes: { to: int(1) } });
  builder.output(builder.node("Gemm", [input, full], { name: "logits", attributes: { transB: int(1) } }));
  return builder.finish();
}

/** Adds one weight, which is also an output: a large one in a small network. */
export function withWeight(graph: Graph, tensor: LazyTensor): Graph {
  const name = `${tensor.name}.copy`;
  return {
    ...graph,
    initializers: new Map([...graph.initializers, [tensor.name, tensor]]),
    nodes: [...graph.nodes, { name, op: "Identity", inputs: [tensor.name], outputs: [name], attributes: {} }],
    outputs: [...graph.outputs, { name, dtype: tensor.dtype, shape: tensor.shape }],
  };
}
