// Transposed convolutions: every phase of the output is a convolution of its own.
import { lazyTensor, type Tensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { int, ints } from "@samoyed/ir";
import { dyadicWave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectSame } from "./expect-same.ts";
import { runPlanned } from "./run-plan.ts";

const runs = { numRuns: 50 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

const axis = fc
  .record({
    size: fc.integer({ min: 1, max: 6 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    begin: fc.nat(3),
    end: fc.nat(3),
    extra: fc.nat(2),
  })
  .filter(
    ({ size, kernel, stride, dilation, begin, end, extra }) =>
      extra < Math.max(stride, dilation) && stride * (size - 1) + (kernel - 1) * dilation + 1 + extra - begin - end > 0,
  );

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never;

interface Case {
  readonly axes: readonly Axis[];
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

function transposed({ axes, groups, inputs, outputs, bias }: Case, images: number) {
  const b = createBuilder({ name: "transposed" });
  const all = (key: keyof Axis): number[] => axes.map((own) => own[key]);
  const shape = [images, groups * inputs, ...all("size")];
  const constants: Tensor[] = [dyadicWave([groups * inputs, outputs, ...all("kernel")], 1)];
  if (bias) constants.push(dyadicWave([groups * outputs], 2));
  const names = constants.map((tensor, index) => b.initializer(lazyTensor(`c${index}`, tensor)));
  const attributes = {
    group: int(groups),
    strides: ints(all("stride")),
    dilations: ints(all("dilation")),
    pads: ints([...all("begin"), ...all("end")]),
    output_padding: ints(all("extra")),
  };
  const y = b.node("ConvTranspose", [b.input("x", "float32", shape), ...names], { attributes });
  b.output(b.node("Relu", [y]));
  return { graph: b.finish(), inputs: { x: dyadicWave(shape, 3) } };
}

test("transposed convolutions of one and two axes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
        groups: fc.integer({ min: 1, max: 3 }),
        inputs: fc.integer({ min: 1, max: 5 }),
        outputs: fc.constantFrom(1, 2, 3, 8, 11),
        bias: fc.boolean(),
      }),
      fc.integer({ min: 1, max: 2 }),
      async (given, images) => {
        const { graph, inputs } = transposed(given, images);
        await expectSame(graph, inputs);
      },
    ),
    runs,
  );
});

test("a kernel as wide as the stride is one step behind its packing", async () => {
  const own: Axis = { size: 5, kernel: 2, stride: 2, dilation: 1, begin: 0, end: 0, extra: 0 };
  const { graph, inputs } = transposed({ axes: [own, own], groups: 1, inputs: 4, outputs: 8, bias: true }, 1);
  const { plan } = await runPlanned(graph, inputs);
  expect(plan.steps.filter(({ kind }) => kind === "conv")).toHaveLength(1);
});
