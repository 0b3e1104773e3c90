import { elementCount, type Tensor } from "@samoyed/core";
import fc from "fast-check";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { floats32, runNode } from "../../test/helpers.ts";
import { int, ints } from "@samoyed/ir";

interface Convolution {
  readonly batch: number;
  readonly perGroup: number;
  readonly multiplier: number;
  readonly group: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly seed: number;
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const convolution: fc.Arbitrary<Convolution> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  perGroup: fc.integer({ min: 1, max: 3 }),
  multiplier: fc.integer({ min: 1, max: 3 }),
  group: fc.integer({ min: 1, max: 3 }),
  size: pair(5, 9),
  kernel: pair(1, 3),
  strides: pair(1, 3),
  dilations: pair(1, 2),
  pads: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
  seed: fc.nat(1000),
});

function operands(item: Convolution): { x: Tensor<"float32">; w: Tensor<"float32">; b: Tensor<"float32"> } {
  const { batch, perGroup, multiplier, group, size, kernel, seed } = item;
  return {
    x: noise([batch, perGroup * group, ...size], seed),
    w: noise([multiplier * group, perGroup, ...kernel], seed + 1),
    b: noise([multiplier * group], seed + 2),
  };
}

async function conv(item: Convolution, x: Tensor, w: Tensor, b: Tensor): Promise<Tensor<"float32">> {
  const [y] = await runNode({
    op: "Conv",
    inputs: [x, w, b],
    attributes: {
      group: int(item.group),
      strides: ints(item.strides),
      dilations: ints(item.dilations),
      pads: ints(item.pads),
    },
  });
  return y as Tensor<"float32">;
}

/**
 * The same convolution by another way: the padded image is written out, every window becomes a column (im2col), and
 * the weight matrix multiplies the columns, group by group. Nothing is shared with the interpreter.
 */
function im2col(item: Convolution, { x, w, b }: ReturnType<typeof operands>): Tensor<"float32"> {
  const [top, left, bottom, right] = item.pads;
  const [n, c, h, wide] = x.shape as [number, number, number, number];
  const [m, perGroup, kh, kw] = w.shape as [number, number, number, number];
  const [H, W] = [h + top + bottom, wide + left + right];
  const padded = new Float64Array(n * c * H * W);
  for (let plane = 0; plane < n * c; plane++) {
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < wide; column++) {
        padded[(plane * H + row + top) * W + column + left] = x.data[(plane * h + row) * wide + column]!;
      }
    }
  }
  const rows = Math.floor((H - (kh - 1) * item.dilations[0] - 1) / item.strides[0]) + 1;
  const columns = Math.floor((W - (kw - 1) * item.dilations[1] - 1) / item.strides[1]) + 1;
  const values: number[] = [];
  for (let image = 0; image < n; image++) {
    for (let out = 0; out < m; out++) {
      const group = Math.floor(out / (m / item.group));
      for (let position = 0; position < rows * columns; position++) {
        const [row, column] = [Math.floor(position / columns), position % columns];
        const window = Array.from({ length: perGroup * kh * kw }, (_, tap) => {
          const channel = group * perGroup + Math.floor(tap / (kh * kw));
          const r = row * item.strides[0] + (Math.floor(tap / kw) % kh) * item.dilations[0];
          const s = column * item.strides[1] + (tap % kw) * item.dilations[1];
          return padded[((image * c + channel) * H + r) * W + s]!;
        });
        const weights = w.data.subarray(out * window.length, (out + 1) * window.length);
        values.push(window.reduce((sum, value, tap) => sum + value * weights[tap]!, 0) + b.data[out]!);
      }
    }
  }
  return floats32([n, m, rows, columns], values);
}

/** Summed in another order, a double differs in its last bits; after rounding to float32 that is at most a step. */
function expectClose(actual: Tensor<"float32">, expected: Tensor<"float32">): void {
  expect(actual.shape).toEqual(expected.shape);
  for (const [index, value] of expected.data.entries()) {
    expect(Math.abs(actual.data[index]! - value)).toBeLessThanOrEqual(2 ** -23 * Math.max(1e-3, Math.abs(value)));
  }
}

function channels(x: Tensor<"float32">, axis: number, from: number, to: number): Tensor<"float32"> {
  const size = x.shape[axis]!;
  const inner = elementCount(x.shape.slice(axis + 1));
  const shape = x.shape.map((dim, position) => (position === axis ? to - from : dim));
  return floats32(
    shape,
    x.data.filter((_, index) => {
      const channel = Math.floor(index / inner) % size;
      return channel >= from && channel < to;
    }),
  );
}

describe("Conv", () => {
  test("equals im2col", async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (item) => {
        const { x, w, b } = operands(item);
        expectClose(await conv(item, x, w, b), im2col(item, { x, w, b }));
      }),
      { numRuns: 60 },
    );
  });

  test("with groups, equals one convolution for each, joined", async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (item) => {
        const { x, w, b } = operands(item);
        const whole = await conv(item, x, w, b);
        const { group, perGroup, multiplier } = item;
        for (let part = 0; part < group; part++) {
          const outputs = [part * multiplier, (part + 1) * multiplier] as const;
          const y = await conv(
            { ...item, group: 1 },
            channels(x, 1, part * perGroup, (part + 1) * perGroup),
            channels(w, 0, ...outputs),
            channels(b, 0, ...outputs),
          );
          expect(y).toEqual(channels(whole, 1, ...outputs));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("is linear in its input", async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (item) => {
        const { x, w, b } = operands(item);
        const zero = floats32(
          b.shape,
          b.data.map(() => 0),
        );
        const once = await conv(item, x, w, zero);
        const twice = await conv(
          item,
          floats32(
            x.shape,
            x.data.map((value) => 2 * value),
          ),
          w,
          zero,
        );
        expect(twice.data).toEqual(once.data.map((value) => 2 * value));
      }),
      { numRuns: 20 },
    );
  });
});
