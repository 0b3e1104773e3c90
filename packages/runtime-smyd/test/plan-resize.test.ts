// Resize in every mode that the interpreter has, over any axes.
import { lazyTensor, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, interpret } from "@samoyed/graph";
import { type Attribute, float, type Graph, int, string } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { smyd } from "../src/node.ts";
import { expectSame } from "./expect-same.ts";
import { relativeError, smydBytes } from "./models.ts";

const runs = { numRuns: 60 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

interface Case {
  readonly shape: readonly (number | string)[];
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
  readonly region?: readonly number[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

function resize({ shape, scales, sizes, region, attributes }: Case): Graph {
  const b = createBuilder({ name: "resize" });
  const x = b.input("x", "float32", shape);
  const floats = (name: string, values: readonly number[] | undefined): string =>
    values === undefined
      ? ""
      : b.initializer(lazyTensor(name, { dtype: "float32", shape: [values.length], data: Float32Array.from(values) }));
  const integers = (values: readonly number[]): Tensor => ({
    dtype: "int64",
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  const inputs = [x, floats("roi", region), floats("scales", scales)];
  if (sizes !== undefined) inputs.push(b.initializer(lazyTensor("sizes", integers(sizes))));
  b.output(b.node("Resize", inputs, { name: "y", attributes }));
  return canonicalize(b.finish()).graph;
}

const settings = fc.record({
  mode: fc.constantFrom("nearest", "linear", "cubic"),
  coordinate_transformation_mode: fc.constantFrom(
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
  ),
  nearest_mode: fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
  exclude_outside: fc.nat(1),
  cubic_coeff_a: fc.constantFrom(-0.75, -0.5),
});

test("modes, coordinates and roundings over one to four axes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.constantFrom(1, 1, 0.5, 0.8, 1.6, 2, 3), { minLength: 4, maxLength: 4 }),
      settings,
      async (shape, factors, { exclude_outside, cubic_coeff_a, ...names }) => {
        const factor = (index: number): number =>
          Math.floor(shape[index]! * factors[index]!) > 0 ? factors[index]! : 1;
        // What mixes cubic and axes of size 1, and a region, is a matter of the interpreter.
        const graph = resize({
          shape,
          scales: shape.map((_, index) => factor(index)),
          ...(names.coordinate_transformation_mode === "tf_crop_and_resize" && {
            region: [...shape.map(() => 0.2), ...shape.map(() => 1.1)],
          }),
          attributes: {
            ...Object.fromEntries(Object.entries(names).map(([name, value]) => [name, string(value)])),
            exclude_outside: int(names.mode === "cubic" ? exclude_outside : 0),
            cubic_coeff_a: float(cubic_coeff_a),
            extrapolation_value: float(7.5),
          },
        });
        await expectSame(graph, { x: wave(shape, 1) });
      },
    ),
    runs,
  );
});

test.each(["linear", "cubic"])("%s to smaller images with antialias", async (mode) => {
  const graph = resize({
    shape: [2, 5, 13, 17],
    sizes: [2, 5, 4, 20],
    attributes: { mode: string(mode), antialias: int(1) },
  });
  await expectSame(graph, { x: wave([2, 5, 13, 17], 1) });
});

test("images of any number, one by one, on two threads", async () => {
  const graph = (images: number | "N") =>
    resize({ shape: [images, 9, 6, 7], scales: [1, 1, 2, 2], attributes: { mode: string("linear") } });
  const session = await smyd().load(await smydBytes(graph("N")), { threads: 2 });
  const x = wave([3, 9, 6, 7], 2);
  const [wanted] = (await interpret(graph(3), { x })).values();
  const [found] = (await session.run({ x })).values();
  expect(found!.shape).toEqual([3, 9, 12, 14]);
  // One rounding an axis, and that of the weights.
  expect(relativeError(found!.data, wanted!.data)).toBeLessThan(2 * 2 ** -23);
  await session.dispose();
});
