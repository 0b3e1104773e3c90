import { lazyTensor, memorySource, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, interpret } from "@samoyed/graph";
import { type Attribute, type Dim, float, type Graph, int, ints, string } from "@samoyed/ir";
import fc from "fast-check";
import { dyadicWave, wave } from "@samoyed/test-support/tensors";
import { describe, test } from "vitest";
import { readSmyd } from "@samoyed/format-smyd";
import { BACKENDS } from "./backends.ts";
import { expectClose, expectSame } from "./expect-same.ts";
import { smydBytes } from "./models.ts";

const runs = { numRuns: 60 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

interface OneNode {
  readonly op: string;
  readonly input: readonly Dim[];
  readonly constants?: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

function oneNode({ op, input, constants = [], attributes = {} }: OneNode): Graph {
  const b = createBuilder({ name: op });
  const x = b.input("x", "float32", input);
  const names = constants.map((tensor, index) => b.initializer(lazyTensor(`c${index}`, tensor)));
  b.output(b.node(op, [x, ...names], { name: "y", attributes }));
  return canonicalize(b.finish()).graph;
}

function bound(value: number): Tensor {
  return { dtype: "float32", shape: [], data: Float32Array.of(value) };
}

const size = fc.integer({ min: 1, max: 9 });
const pair = (min: number, max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const convolution = fc
  .record({
    images: fc.integer({ min: 1, max: 2 }),
    groups: fc.constantFrom(1, 1, 2, 3, 4, 6, 8),
    perGroup: fc.integer({ min: 1, max: 5 }),
    outputsPerGroup: fc.constantFrom(1, 2, 3, 4, 5, 8, 9),
    image: fc.tuple(size, size),
    kernel: pair(1, 3),
    strides: pair(1, 3),
    dilations: pair(1, 2),
    pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    autoPad: fc.constantFrom("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"),
    bias: fc.boolean(),
  })
  .filter(({ image, kernel, dilations, pads, autoPad }) =>
    [0, 1].every((axis) => {
      const pad = autoPad === "NOTSET" ? pads[axis]! + pads[axis + 2]! : 0;
      return autoPad.startsWith("SAME") || image[axis]! + pad >= (kernel[axis]! - 1) * dilations[axis]! + 1;
    }),
  );

/** Kernels as wide as a stem's, on images that take more than one tile. */
const wideConvolution = fc
  .record({
    groups: fc.constantFrom(1, 2, 4, 8, 16),
    perGroup: fc.constantFrom(1, 2, 3, 8),
    outputsPerGroup: fc.constantFrom(1, 2, 4, 9, 16),
    image: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
    kernel: pair(1, 7),
    strides: pair(1, 3),
    pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  })
  .filter(({ image, kernel, pads }) => [0, 1].every((at) => image[at]! + pads[at]! + pads[at + 2]! >= kernel[at]!));

describe("what the planner makes of an operator computes what the interpreter does, in bounds", () => {
  test("convolutions", async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (conv) => {
        const { images, groups, perGroup, outputsPerGroup, image, kernel, autoPad } = conv;
        const outputs = groups * outputsPerGroup;
        const graph = oneNode({
          op: "Conv",
          // Padding is left to the planner only where sizes are open.
          input: [images, groups * perGroup, ...(autoPad === "NOTSET" ? image : ["H", "W"])],
          constants: [dyadicWave([outputs, perGroup, ...kernel], 1), ...(conv.bias ? [dyadicWave([outputs], 2)] : [])],
          attributes: {
            group: int(groups),
            strides: ints(conv.strides),
            dilations: ints(conv.dilations),
            ...(autoPad === "NOTSET" ? { pads: ints(conv.pads) } : { auto_pad: string(autoPad) }),
          },
        });
        await expectSame(graph, { x: dyadicWave([images, groups * perGroup, ...image]) });
      }),
      runs,
    );
  });

  test("weights in fewer bits, wide kernels, any number of threads", async () => {
    const stored = fc.record({
      weights: fc.constantFrom("float32", "float16", "int8"),
      simd: fc.constantFrom("plain", "relaxed"),
      threads: fc.integer({ min: 1, max: 3 }),
      conv: wideConvolution,
    });
    await fc.assert(
      fc.asyncProperty(stored, async ({ weights, simd, threads, conv }) => {
        const { groups, perGroup, outputsPerGroup, image, kernel, strides, pads } = conv;
        const outputs = groups * outputsPerGroup;
        const graph = oneNode({
          op: "Conv",
          input: [1, groups * perGroup, ...image],
          constants: [dyadicWave([outputs, perGroup, ...kernel], 1, 10), dyadicWave([outputs], 2)],
          attributes: { group: int(groups), strides: ints(strides), pads: ints(pads) },
        });
        const bytes = await smydBytes(graph, { weights });
        const inputs = { x: dyadicWave([1, groups * perGroup, ...image]) };
        // The interpreter computes with the weights that the file holds, as its reader unpacks them.
        const expected = await interpret((await readSmyd(memorySource(bytes, "stored"))).graph, inputs);
        const session = await BACKENDS[simd].load(bytes, { threads });
        expectClose(await session.run(inputs), expected, `${simd} kernels, ${weights}, ${threads} threads`);
        await session.dispose();
      }),
      { numRuns: runs.numRuns / 2 },
    );
  });

  test("convolutions with a residual and an activation", async () => {
    const fused = fc.record({
      groups: fc.constantFrom(1, 1, 2, 4),
      outputsPerGroup: fc.integer({ min: 1, max: 20 }),
      images: fc.integer({ min: 1, max: 2 }),
      image: fc.tuple(size, size),
      bias: fc.boolean(),
      activation: fc.constantFrom("Relu", "Sigmoid", "LeakyRelu", "HardSwish", "none"),
    });
    await fc.assert(
      fc.asyncProperty(fused, async ({ groups, outputsPerGroup, images, image, bias, activation }) => {
        const channels = groups * outputsPerGroup;
        const b = createBuilder({ name: "fused" });
        const shape = [images, channels, ...image];
        const [x, r] = [b.input("x", "float32", shape), b.input("r", "float32", shape)];
        const constants = [
          dyadicWave([channels, outputsPerGroup, 3, 3], 1),
          ...(bias ? [dyadicWave([channels], 2)] : []),
        ];
        const names = constants.map((tensor, index) => b.initializer(lazyTensor(`c${index}`, tensor)));
        const conv = b.node("Conv", [x, ...names], { attributes: { group: int(groups), pads: ints([1, 1, 1, 1]) } });
        const sum = b.node("Add", [r, conv], { name: "sum" });
        b.output(activation === "none" ? sum : b.node(activation, [sum], { name: "y" }));
        await expectSame(canonicalize(b.finish()).graph, { x: dyadicWave(shape), r: dyadicWave(shape, 4) });
      }),
      runs,
    );
  });

  test("a convolution over more pixels than a panel of weights passes over at once", async () => {
    const graph = oneNode({ op: "Conv", input: [1, 300, 24, 24], constants: [dyadicWave([9, 300, 1, 1], 1)] });
    await expectSame(graph, { x: dyadicWave([1, 300, 24, 24]) });
  });

  test("convolutions over signals", async () => {
    const graph = oneNode({
      op: "Conv",
      input: [2, 4, 9],
      constants: [wave([6, 2, 3], 1), wave([6], 2)],
      attributes: { group: int(2), pads: ints([2, 1]), strides: ints([2]) },
    });
    await expectSame(graph, { x: wave([2, 4, 9]) });
  });

  test("pools", async () => {
    const pool = fc.record({
      op: fc.constantFrom("MaxPool", "AveragePool"),
      images: fc.integer({ min: 1, max: 2 }),
      channels: fc.integer({ min: 1, max: 9 }),
      image: fc.tuple(size, size),
      kernel: pair(1, 3),
      strides: pair(1, 3),
      dilations: pair(1, 2),
      ceil: fc.nat(1),
      pads: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
      include: fc.nat(1),
    });
    await fc.assert(
      fc.asyncProperty(
        pool,
        async ({ op, images, channels, image, kernel, strides, ceil, pads, include, dilations }) => {
          const d = op === "MaxPool" ? dilations : [1, 1];
          fc.pre(
            [0, 1].every((axis) => {
              const extent = (kernel[axis]! - 1) * d[axis]! + 1;
              // ONNX and PyTorch want padding to be less than the kernel: a window of nothing but padding has no value.
              return (
                Math.max(pads[axis]!, pads[axis + 2]!) < extent &&
                image[axis]! + pads[axis]! + pads[axis + 2]! >= extent &&
                (d[axis] === 1 || image[axis]! >= extent)
              );
            }),
          );
          const graph = oneNode({
            op,
            input: [images, channels, ...image],
            attributes: {
              kernel_shape: ints(kernel),
              strides: ints(strides),
              pads: ints(pads),
              ceil_mode: int(ceil),
              ...(op === "MaxPool" ? { dilations: ints(d) } : { count_include_pad: int(include) }),
            },
          });
          await expectSame(graph, { x: wave([images, channels, ...image]) });
        },
      ),
      runs,
    );
  });

  test.each([
    ["GlobalAveragePool", [2, 5, 3, 4]],
    ["GlobalMaxPool", [2, 5, 3, 4]],
    ["GlobalAveragePool", [2, 5, 7]],
  ])("%s of %j", async (op, input) => {
    await expectSame(oneNode({ op, input }), { x: wave(input) });
  });

  test("a maximum over NaN is NaN, wherever in the window it lies", async () => {
    const graph = oneNode({ op: "MaxPool", input: [1, 1, 1, 9], attributes: { kernel_shape: ints([1, 3]) } });
    const data = Float32Array.of(Number.NaN, -1, -2, -3, Number.NaN, -Infinity, -Infinity, -Infinity, Number.NaN);
    await expectSame(graph, { x: { dtype: "float32", shape: [1, 1, 1, 9], data } });
  });

  test("pads", async () => {
    const pad = fc.record({
      mode: fc.constantFrom("constant", "reflect", "edge"),
      shape: fc.oneof(fc.tuple(size, size, size, size), fc.tuple(size, size), fc.tuple(size)),
      pads: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 8, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(pad, async ({ mode, shape, pads }) => {
        const own = [...pads.slice(0, shape.length), ...pads.slice(8 - shape.length)];
        fc.pre(shape.every((length, axis) => length + own[axis]! + own[axis + shape.length]! > 0));
        const list: Tensor = { dtype: "int64", shape: [own.length], data: BigInt64Array.from(own, BigInt) };
        const fill: Tensor = { dtype: "float32", shape: [], data: Float32Array.of(0.25) };
        const graph = oneNode({
          op: "Pad",
          input: shape,
          constants: [list, fill],
          attributes: { mode: string(mode) },
        });
        await expectSame(graph, { x: wave(shape) });
      }),
      runs,
    );
  });

  test("broadcasting", async () => {
    const dims = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });
    const holes = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    const op = fc.constantFrom("Add", "Sub", "Mul", "Div", "Min", "Max");
    await fc.assert(
      fc.asyncProperty(op, dims, holes, holes, fc.nat(4), async (op, shape, left, right, cut) => {
        const one = (flags: boolean[]): number[] => shape.map((length, axis) => (flags[axis] ? 1 : length));
        const [a, b] = [one(left), one(right).slice(Math.min(cut, shape.length))];
        const builder = createBuilder({ name: op });
        const names = [builder.input("a", "float32", a), builder.input("b", "float32", b)];
        builder.output(builder.node("Relu", [builder.node(op, names)], { name: "y" }));
        await expectSame(builder.finish(), { a: wave(a, 1), b: wave(b, 2) });
      }),
      runs,
    );
  });

  const axes = [0, 1, 2, 3];
  const permutations = axes.flatMap((a) =>
    axes.flatMap((b) => axes.flatMap((c) => axes.map((d) => [a, b, c, d]).filter((all) => new Set(all).size === 4))),
  );
  test.each(permutations)("Transpose %i %i %i %i, and back", async (...perm) => {
    const b = createBuilder({ name: "transpose" });
    const x = b.input("x", "float32", [2, 3, 4, 5]);
    const y = b.node("Transpose", [x], { name: "y", attributes: { perm: ints(perm) } });
    const relu = b.node("Relu", [y], { name: "relu" });
    b.output(
      b.node("Transpose", [relu], { name: "z", attributes: { perm: ints(axes.map((axis) => perm.indexOf(axis))) } }),
    );
    await expectSame(b.finish(), { x: wave([2, 3, 4, 5]) }, ["y", "relu"]);
  });

  test.each<[string, OneNode]>([
    ["Softmax", { op: "Softmax", input: [3, 7] }],
    ["Softmax of channels", { op: "Softmax", input: [2, 5, 3, 4], attributes: { axis: int(1) } }],
    ["Softmax of images", { op: "Softmax", input: [2, 5, 3, 4], attributes: { axis: int(0) } }],
    ["LogSoftmax of the middle", { op: "LogSoftmax", input: [2, 5, 3], attributes: { axis: int(1) } }],
    ["Softmax along the width", { op: "LogSoftmax", input: [2, 5, 3, 4], attributes: { axis: int(-1) } }],
    ["Gemm", { op: "Gemm", input: [3, 5], constants: [wave([5, 9]), wave([9], 1)] }],
    ["Gemm, transposed", { op: "Gemm", input: [3, 5], constants: [wave([9, 5])], attributes: { transB: int(1) } }],
    [
      "Gemm with all",
      {
        op: "Gemm",
        input: [5, 3],
        constants: [wave([9, 5]), wave([3, 1], 1)],
        attributes: { transB: int(1), transA: int(1), alpha: float(0.5), beta: float(2) },
      },
    ],
    ["MatMul", { op: "MatMul", input: [2, 3, 5], constants: [wave([5, 9])] }],
    ["MatMul of a vector", { op: "MatMul", input: [5], constants: [wave([5, 9])] }],
    ["Flatten", { op: "Flatten", input: [2, 3, 4, 5] }],
    ["Flatten at 2", { op: "Flatten", input: [2, 3, 4, 5], attributes: { axis: int(2) } }],
    ["Clip", { op: "Clip", input: [9], constants: [bound(-0.5), bound(0.25)] }],
    ["LeakyRelu", { op: "LeakyRelu", input: [2, 3, 4, 5], attributes: { alpha: float(0.1) } }],
    ["Erf", { op: "Erf", input: [40] }],
    ["Tanh", { op: "Tanh", input: [40] }],
    ["HardSigmoid", { op: "HardSigmoid", input: [2, 3, 4, 5], attributes: { alpha: float(0.3) } }],
    ["HardSwish", { op: "HardSwish", input: [2, 3, 4, 5] }],
    [
      "InstanceNormalization",
      { op: "InstanceNormalization", input: [2, 3, 4, 5], constants: [wave([3]), wave([3], 1)] },
    ],
  ])("%s", async (_, node) => {
    await expectSame(oneNode(node), { x: wave(node.input as number[]) });
  });

  test.each([[[2, 3]], [[2, 3, 4]], [[2, 3, 4, 5]]])("BatchNormalization of %j", async (input) => {
    const variance = { ...wave([3], 3), data: Float32Array.of(0.5, 1, 2) };
    const constants = [wave([3]), wave([3], 1), wave([3], 2), variance];
    await expectSame(oneNode({ op: "BatchNormalization", input, constants }), { x: wave(input) });
  });
});
