// Functions of elements (of floats, of integers, comparisons, casts) against the interpreter, in units in the last place.
import { type DType, lazyTensor, type Shape, type Tensor, zeros } from "@samoyed/core";
import { canonicalize, createBuilder, type GraphBuilder, interpret } from "@samoyed/graph";
import { type Attribute, dtypeToOnnx, float, type Graph, int, ints } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BACKENDS } from "./backends.ts";
import { expectSame } from "./expect-same.ts";
import { smydBytes } from "./models.ts";

const runs = { numRuns: 6 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

function floats(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

function as(dtype: DType, { shape, data }: Tensor): Tensor {
  const tensor = zeros(dtype, shape);
  for (const [index, value] of data.entries()) {
    const number = dtype === "float32" ? Number(value) : Math.trunc(Number(value));
    tensor.data[index] = dtype === "int64" ? BigInt(number) : number;
  }
  return tensor;
}

/** Numbers of every size, on both sides of where formulas change, and those that are none. */
const AWKWARD = [0, 1e-40, 1e-30, 1e-10, 1e-5, 1.2e-4, 1.3e-4, 1e-3, 0.1, 0.3, 0.5, 0.75, 0.999, 1, 1.0001, 1.5]
  .concat([Math.PI / 2, 2, 2.5, 3, Math.PI, 3.5, 5, 7, 10, 20, 22, 30, 50, 80, 88, 90, 104, 1e3, 1e5, 1.5e6, Infinity])
  .flatMap((value) => [value, -value])
  .concat(
    NaN,
    [...wave([200], 1).data],
    [...wave([200], 2).data].map((value) => 20 * value),
  );

function unary(op: string, attributes: Record<string, Attribute> = {}): Graph {
  const b = createBuilder({ name: op, opset: op === "Mish" ? 18 : 17 });
  b.output(b.node(op, [b.input("x", "float32", [AWKWARD.length])], { name: "y", attributes }));
  return b.finish();
}

/** Steps from one float32 to another, both of one sign. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const [left, right] = new Int32Array(Float32Array.of(a, b).buffer) as unknown as [number, number];
  return Number.isNaN(a) || Number.isNaN(b) ? Infinity : Math.abs(left - right);
}

test.each<[string, number, Record<string, Attribute>?]>([
  ...["Abs", "Neg", "Sign", "Sqrt", "Floor", "Ceil", "Round", "Reciprocal", "IsNaN", "IsInf"].map(
    (op): [string, number] => [op, 0],
  ),
  ["IsInf", 0, { detect_negative: int(0) }],
  ["IsInf", 0, { detect_positive: int(0) }],
  ["IsInf", 0, { detect_positive: int(0), detect_negative: int(0) }],
  ...["Exp", "Log", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh"].map(
    (op): [string, number] => [op, 1],
  ),
  ["Softplus", 1],
  ["Elu", 1, { alpha: float(0.7) }],
  ["Mish", 1],
])("%s, within %i units in the last place of float32", async (op, most, attributes) => {
  // The reference is the operator itself, not the nodes that it becomes, each of which rounds.
  const whole = unary(op, attributes);
  const { graph } = canonicalize(whole);
  const x = floats(AWKWARD);
  await expectSame(graph, { x: floats(AWKWARD.map((value) => Math.max(-50, Math.min(50, value || 0)))) });
  const expected = [...(await interpret(whole, { x })).values()][0]!;
  for (const backend of Object.values(BACKENDS)) {
    const session = await backend.load(await smydBytes(graph), { threads: 1 });
    const found = [...(await session.run({ x })).values()][0]!;
    await session.dispose();
    for (const [index, value] of found.data.entries()) {
      const distance = ulps(Number(value), Number(expected.data[index]));
      if (distance > most) throw new Error(`${op} ${AWKWARD[index]} is ${value}; expected ${expected.data[index]}`);
    }
  }
});

/** Shapes that broadcast, of which one may be pixels. */
const operands = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  holes: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
  cut: fc.nat(4),
  pixels: fc.boolean(),
});

function shapesOf({ shape, holes, cut }: { shape: number[]; holes: boolean[][]; cut: number }): number[][] {
  return holes.map((flags, index) => {
    const own = shape.map((size, axis) => (flags[axis] ? 1 : size));
    return index === 1 ? own.slice(Math.min(cut, own.length)) : own;
  });
}

/** Small whole numbers, many of them equal and few of them 0. */
function whole(shape: Shape, dtype: DType, seed: number): Tensor {
  const { data } = wave([...shape], seed);
  const values = data.map((value) => Math.round(5 * value) || (dtype === "bool" ? 0 : 3));
  const positive =
    dtype === "uint8" ? values.map(Math.abs) : dtype === "bool" ? values.map((value) => value & 1) : values;
  return as(dtype, { dtype: "float32", shape, data: positive });
}

async function expectElements(
  op: string,
  of: { shape: number[]; holes: boolean[][]; cut: number; pixels: boolean },
  { dtypes, attributes = {} }: { dtypes: readonly DType[]; attributes?: Record<string, Attribute> },
): Promise<void> {
  const shapes = op === "PRelu" ? [of.shape, shapesOf(of)[1]!] : shapesOf(of);
  const b = createBuilder({ name: op });
  const inputs = Object.fromEntries(dtypes.map((dtype, index) => [`i${index}`, whole(shapes[index]!, dtype, index)]));
  const names = Object.entries(inputs).map(([name, { dtype, shape }]) => {
    const value = b.input(name, dtype, shape);
    if (dtype !== "float32" || shape.length !== 4 || !of.pixels) return value;
    return b.node("MaxPool", [value], { attributes: { kernel_shape: ints([1, 1]) } });
  });
  b.output(b.node(op, names, { name: "y", attributes }));
  await expectSame(canonicalize(b.finish()).graph, inputs);
}

test.each<[string, DType]>([
  ...["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Mod"].flatMap((op): [string, DType][] =>
    (["float32", "int64"] as const).map((dtype) => [op, dtype]),
  ),
  ["PRelu", "float32"],
  ...["Add", "Sub", "Mul", "Div", "Min", "Max"].flatMap((op): [string, DType][] =>
    (["int32", "int64", "int8", "uint8"] as const).map((dtype) => [op, dtype]),
  ),
  ...["And", "Or", "Xor"].map((op): [string, DType] => [op, "bool"]),
])("%s of %s, broadcast", async (op, dtype) => {
  await fc.assert(
    fc.asyncProperty(operands, fc.nat(1), async (of, flag) => {
      const attributes: Record<string, Attribute> = op === "Mod" ? { fmod: int(dtype === "float32" ? 1 : flag) } : {};
      await expectElements(op, of, { dtypes: [dtype, dtype], attributes });
    }),
    runs,
  );
});

test.each<DType>(["float32", "int64", "bool"])("Where of %s", async (dtype) => {
  await fc.assert(
    fc.asyncProperty(operands, (of) => expectElements("Where", of, { dtypes: ["bool", dtype, dtype] })),
    runs,
  );
});

test.each(["Abs", "Neg", "Sign"])("%s of integers", async (op) => {
  await fc.assert(
    fc.asyncProperty(operands, fc.constantFrom("int32" as const, "int8" as const), (of, dtype) =>
      expectElements(op, of, { dtypes: [dtype] }),
    ),
    runs,
  );
});

test("Not", async () => {
  await fc.assert(
    fc.asyncProperty(operands, (of) => expectElements("Not", of, { dtypes: ["bool"] })),
    runs,
  );
});

const types = ["float32", "int64", "int32", "int16", "int8", "uint8", "bool"] as const;
test.each(types.flatMap((from) => types.map((to) => [from, to] as const)))("Cast of %s to %s", async (from, to) => {
  const values = [0, 1, -1, 2.9, -2.9, 0.4, 127, 128, -129, 255, 256, 300, -300, 40_000, 2e9];
  const x = as(from, floats(from === "bool" ? [0, 1, 1] : values));
  const b = createBuilder({ name: "cast" });
  const value = b.input("x", from, x.shape);
  b.output(b.node("Cast", [value], { name: "y", attributes: { to: int(dtypeToOnnx(to)) } }));
  await expectSame(b.finish(), { x });
});

test("floats beyond 32 bits become the nearest integer, NaN 0", async () => {
  const b = createBuilder({ name: "cast" });
  b.output(
    b.node("Cast", [b.input("x", "float32", [4])], { name: "y", attributes: { to: int(dtypeToOnnx("int64")) } }),
  );
  const session = await BACKENDS.plain.load(await smydBytes(b.finish()), { threads: 1 });
  const { data } = (await session.run({ x: floats([3e9, -Infinity, NaN, -7.9]) })).get("y")!;
  expect([...data]).toEqual([2147483647n, -2147483648n, 0n, -7n]);
  await session.dispose();
});

function clipped(dtype: "float32" | "int32", make: (b: GraphBuilder, tensor: Tensor, name: string) => string): Graph {
  const b = createBuilder({ name: "clip" });
  const x = b.input("x", dtype, [9]);
  const bounds = ["low", "high"].map((name, index) => make(b, as(dtype, floats([index === 0 ? -2 : 1], [])), name));
  b.output(b.node("Clip", [x, ...bounds], { name: "y" }));
  return b.finish();
}

test.each(["float32", "int32"] as const)("Clip of %s by bounds that are inputs, or constants", async (dtype) => {
  const x = as(dtype, floats([-4, -3, -2, -1, 0, 1, 2, 3, 4]));
  const bounds = { low: as(dtype, floats([-2], [])), high: as(dtype, floats([1], [])) };
  await expectSame(
    clipped(dtype, (b, { shape }, name) => b.input(name, dtype, shape)),
    { x, ...bounds },
  );
  await expectSame(
    clipped(dtype, (b, tensor, name) => b.initializer(lazyTensor(name, tensor))),
    { x },
  );
});

test("an integer divided by 0 is the largest one, 0 by 0 is 0", async () => {
  const b = createBuilder({ name: "div" });
  b.output(b.node("Div", [b.input("a", "int32", [3]), b.input("b", "int32", [])], { name: "y" }));
  const session = await BACKENDS.plain.load(await smydBytes(b.finish()), { threads: 1 });
  const a: Tensor = { dtype: "int32", shape: [3], data: Int32Array.of(5, -5, 0) };
  const zero: Tensor = { dtype: "int32", shape: [], data: Int32Array.of(0) };
  expect([...(await session.run({ a, b: zero })).get("y")!.data]).toEqual([2147483647, -2147483648, 0]);
  await session.dispose();
});
