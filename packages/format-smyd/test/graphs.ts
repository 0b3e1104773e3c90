import { type DType, DTYPES, lazyTensor, type Shape } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { float, type Graph, int, ints, string } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";

/** One convolution of images of any size, without a bias. */
export function convGraph(shape: Shape, groups: number): Graph {
  const builder = createBuilder({ name: "conv" });
  const spatial = shape.slice(2).map((_, axis) => `S${axis}`);
  const input = builder.input("input", "float32", ["N", shape[1]! * groups, ...spatial]);
  const pads = shape.slice(2).map((size) => size - 1);
  const attributes = {
    kernel_shape: ints(shape.slice(2)),
    pads: ints([...pads, ...pads]),
    ...(groups > 1 && { group: int(groups) }),
  };
  builder.output(builder.node("Conv", [input, builder.initializer(weight("weight", shape))], { attributes }));
  return builder.finish();
}

/** A product with a constant matrix: as it is in Gemm, [O, I]; or [I, O], in Gemm or MatMul. */
export function matrixGraph(kind: "gemm" | "gemm-transposed" | "matmul", shape: Shape): Graph {
  const builder = createBuilder({ name: kind });
  const input = builder.input("input", "float32", ["N", kind === "gemm" ? shape[1]! : shape[0]!]);
  const matrix = builder.initializer(weight("weight", shape));
  const attributes = kind === "gemm" ? { transB: int(1) } : {};
  builder.output(builder.node(kind === "matmul" ? "MatMul" : "Gemm", [input, matrix], { attributes }));
  return builder.finish();
}

/** A small network in which every layout occurs: [N, 3, 16, 16] to [N, 5]. */
export function smallNetwork(): Graph {
  const builder = createBuilder({ name: "small" });
  const conv = (input: string, name: string, shape: Shape, group: number): string =>
    builder.node(
      "Conv",
      [
        input,
        builder.initializer(weight(`${name}.weight`, shape, { seed: name.length })),
        builder.initializer(weight(`${name}.bias`, [shape[0]!], { seed: 7 })),
      ],
      {
        name,
        attributes: { group: int(group), kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) },
      },
    );
  const input = builder.input("input", "float32", ["N", 3, 16, 16]);
  let value = conv(input, "stem", [20, 3, 3, 3], 1);
  value = conv(value, "grouped", [20, 2, 3, 3], 10);
  value = conv(value, "depthwise", [20, 1, 3, 3], 20);
  value = builder.node("LeakyRelu", [value], { name: "act", attributes: { alpha: float(0.01) } });
  value = builder.node("Mul", [value, builder.initializer(weight("gain", [1, 20, 1, 1], { seed: 5 }))], {
    name: "mul",
  });
  value = builder.node("GlobalAveragePool", [value], { name: "pool" });
  const sizes = lazyTensor("sizes", { dtype: "int64", shape: [2], data: BigInt64Array.of(0n, -1n) });
  value = builder.node("Reshape", [value, builder.initializer(sizes)], { name: "flat" });
  value = builder.node("MatMul", [value, builder.initializer(weight("hidden.weight", [20, 11], { seed: 3 }))], {
    name: "hidden",
  });
  const head = [
    builder.initializer(weight("fc.weight", [5, 11], { seed: 4 })),
    builder.initializer(weight("fc.bias", [5], { seed: 9 })),
  ];
  value = builder.node("Gemm", [value, ...head], { name: "fc", attributes: { transB: int(1) }, outputs: ["logits"] });
  builder.output(value);
  return builder.finish();
}

/** Attributes with numbers that JSON cannot write, and an omitted input. */
export function attributeGraph(): Graph {
  const builder = createBuilder({ name: "attributes" });
  const input = builder.input("input", "float32", ["N", 2, 4, 4]);
  const scales = lazyTensor("scales", { dtype: "float32", shape: [4], data: Float32Array.of(1, 1, 2, 2) });
  const resized = builder.node("Resize", [input, "", builder.initializer(scales)], {
    name: "resized",
    attributes: { mode: string("nearest"), nearest_mode: string("floor"), extrapolation_value: float(-0) },
  });
  const low = builder.node("LeakyRelu", [resized], {
    name: "low",
    attributes: { alpha: float(Number.NEGATIVE_INFINITY) },
  });
  const odd = builder.node("HardSigmoid", [low], { name: "odd", attributes: { beta: float(Number.NaN) } });
  builder.output(odd);
  return builder.finish();
}

/** Dtypes that safetensors has a name for and the canonical operator set takes. */
export const PLAIN_DTYPES: readonly DType[] = DTYPES.filter(
  (dtype) => !dtype.startsWith("complex") && !dtype.startsWith("float8"),
);
