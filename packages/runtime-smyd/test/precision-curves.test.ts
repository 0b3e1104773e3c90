// Curves that have formulas in float32, in units of F = 2^-24 of each result: by themselves, and behind a convolution,
// which has loops of its own for them.
import { lazyTensor, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, type GraphBuilder, interpret } from "@samoyed/graph";
import { string } from "@samoyed/ir";
import { expect, test } from "vitest";
import { BACKENDS } from "./backends.ts";
import { smydBytes } from "./models.ts";

const F = 2 ** -24;
/** Float32 ends here, and so do formulas with a power of e. */
const SMALLEST = 2 ** -126;

const CHANNELS = 8;
const EDGES = [
  0, -0, 1e-40, 1e-20, 1e-7, 14, 16, 60, 87, 87.4, 88, 88.4, 88.8, 89, 90, 103, 105, 1e4, 1e30, 3e38,
].flatMap((value) => [value, -value]);
const VALUES = [...Array.from({ length: 1600 }, (_, index) => (index - 800) / 60.123), ...EDGES];

function pixels(values: readonly number[]): Tensor<"float32"> {
  const data = new Float32Array(CHANNELS * Math.ceil(values.length / CHANNELS));
  data.set(values);
  return { dtype: "float32", shape: [1, CHANNELS, data.length / CHANNELS, 1], data };
}

type Curve = (b: GraphBuilder, x: string) => string;

const sigmoid: Curve = (b, x) => b.node("Sigmoid", [x], { name: "y" });
const silu: Curve = (b, x) => b.node("Mul", [x, b.node("Sigmoid", [x])], { name: "y" });
const gelu: Curve = (b, x) => b.node("Gelu", [x], { name: "y" });
const geluTanh: Curve = (b, x) => b.node("Gelu", [x], { name: "y", attributes: { approximate: string("tanh") } });

/** Each result beside its input. */
async function results(curve: Curve, x: Tensor<"float32">, place: "alone" | "after"): Promise<[number, number][]> {
  const b = createBuilder({ name: "curve", opset: 20 });
  const image = b.input("x", "float32", x.shape);
  const data = Float32Array.from({ length: CHANNELS ** 2 }, (_, index) => (index % (CHANNELS + 1) === 0 ? 1 : 0));
  const identity = lazyTensor("identity", { dtype: "float32", shape: [CHANNELS, CHANNELS, 1, 1], data });
  b.output(curve(b, place === "alone" ? image : b.node("Conv", [image, b.initializer(identity)])));
  const { graph } = canonicalize(b.finish());
  const pairs: [number, number][] = [];
  for (const backend of Object.values(BACKENDS)) {
    const session = await backend.load(await smydBytes(graph), { threads: 1 });
    const found = (await session.run({ x })).get("y")!;
    await session.dispose();
    for (const [index, value] of found.data.entries()) pairs.push([x.data[index]!, Number(value)]);
  }
  return pairs;
}

/** The operator in float64, of each number alone. */
async function exact(curve: Curve, values: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const b = createBuilder({ name: "exact", opset: 20 });
  b.output(curve(b, b.input("x", "float32", [values.length])));
  const x = { dtype: "float32", shape: [values.length], data: Float32Array.from(values) } as const;
  const y = (await interpret(b.finish(), { x })).get("y")!.data;
  return new Map(Array.from(x.data, (value, index) => [value, Number(y[index])]));
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

test.each(["alone", "after"] as const)("sigmoid and SiLU within 3 F of each result, %s", async (place) => {
  for (const [x, found] of await results(sigmoid, pixels(VALUES), place)) {
    expect(Math.abs(found - logistic(x)), `${x}`).toBeLessThanOrEqual(3 * F * logistic(x) + SMALLEST);
  }
  for (const [x, found] of await results(silu, pixels(VALUES), place)) {
    const wanted = x * logistic(x);
    expect(Math.abs(found - wanted), `${x}`).toBeLessThanOrEqual(3 * F * Math.abs(wanted) + 90 * SMALLEST);
  }
});

test.each(["alone", "after"] as const)("GELU within 8 F of each result, %s", async (place) => {
  const wanted = await exact(gelu, VALUES);
  for (const [x, found] of await results(gelu, pixels(VALUES), place)) {
    const value = wanted.get(x)!;
    expect(Math.abs(found - value), `${x}`).toBeLessThanOrEqual(8 * F * Math.abs(value) + 90 * SMALLEST);
  }
});

test.each(["alone", "after"] as const)("tanh's GELU within 3 F of x, of which it is a part, %s", async (place) => {
  const wanted = await exact(geluTanh, VALUES);
  for (const [x, found] of await results(geluTanh, pixels(VALUES), place)) {
    expect(Math.abs(found - wanted.get(x)!), `${x}`).toBeLessThanOrEqual(3 * F * Math.abs(x));
  }
});

test.each([
  ["sigmoid", sigmoid, [1, 0, Number.NaN]],
  ["SiLU", silu, [Infinity, Number.NaN, Number.NaN]],
  ["GELU", gelu, [Infinity, Number.NaN, Number.NaN]],
] as const)("%s of ∞, -∞ and NaN", async (_, curve, wanted) => {
  const values = new Map(await results(curve, pixels([Infinity, -Infinity, Number.NaN]), "alone"));
  expect([values.get(Infinity), values.get(-Infinity), values.get(Number.NaN)]).toEqual(wanted);
});
