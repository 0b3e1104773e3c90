import fc from "fast-check";
import { expect, test } from "vitest";
import { type ConvWeights, LANES, panelLayout } from "./layout.ts";
import { packDepthwise, packPanel, panelRows, unpackDepthwise, unpackPanel } from "./pack.ts";

const weights = fc
  .record({
    groups: fc.integer({ min: 1, max: 9 }),
    groupOutputs: fc.integer({ min: 1, max: 20 }),
    groupInputs: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 1, max: 3 }),
    width: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ groupOutputs, ...conv }): ConvWeights => ({ ...conv, outputs: conv.groups * groupOutputs }));

/** The position of weight [output, input, y, x], written from the specification's text and not from the code. */
function placeOf(conv: ConvWeights, [output, input, y, x]: readonly [number, number, number, number]): number {
  const og = conv.outputs / conv.groups;
  let merged = 1;
  if (og < 8) for (let m = 1; m <= conv.groups; m++) if (conv.groups % m === 0 && m * og <= 8) merged = m;
  const group = Math.floor(output / og);
  const inputs = merged * conv.groupInputs;
  const block = Math.floor(group / merged);
  const within = output - block * merged * og;
  const panelsPerBlock = Math.ceil((merged * og) / 8);
  const panel = block * panelsPerBlock + Math.floor(within / 8);
  const column = (group % merged) * conv.groupInputs + input;
  return (((panel * conv.height + y) * conv.width + x) * inputs + column) * 8 + (within % 8);
}

test("panels contain each weight where the specification says, zeros elsewhere, and unpack to the same weights", () => {
  fc.assert(
    fc.property(weights, (conv) => {
      const { outputs, groupInputs, height, width } = conv;
      const layout = panelLayout(conv);
      const row = groupInputs * height * width;
      const source = Float32Array.from({ length: outputs * row }, (_, i) => i + 1);
      const packed = new Float32Array(layout.panels * layout.depth * LANES).fill(-1);
      const back = new Float32Array(source.length);
      const panelLength = layout.depth * LANES;
      let next = 0;
      for (let panel = 0; panel < layout.panels; panel++) {
        const { first, count } = panelRows(layout, panel);
        expect(first).toBe(next);
        next += count;
        const rows = source.subarray(first * row, (first + count) * row);
        packPanel(rows, packed.subarray(panel * panelLength, (panel + 1) * panelLength), conv);
        unpackPanel(
          packed.subarray(panel * panelLength, (panel + 1) * panelLength),
          back.subarray(first * row, (first + count) * row),
          conv,
        );
      }
      expect(next).toBe(outputs);
      const expected = new Float32Array(packed.length);
      for (let o = 0; o < outputs; o++)
        for (let i = 0; i < groupInputs; i++)
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++)
              expected[placeOf(conv, [o, i, y, x])] = source[((o * groupInputs + i) * height + y) * width + x]!;
      expect(packed).toEqual(expected);
      expect(back).toEqual(source);
    }),
    { numRuns: 200 },
  );
});

test("groups of four channels, as in ResNeXt-50: two share a panel, block by block", () => {
  const conv = { outputs: 128, groupInputs: 4, height: 3, width: 3, groups: 32 };
  expect(panelLayout(conv)).toEqual({
    merged: 2,
    groups: 16,
    inputs: 8,
    outputs: 8,
    panelsPerGroup: 1,
    panels: 16,
    depth: 72,
  });
});

test("depthwise weights: one tap after another, channels rounded up, and back", () => {
  const conv = { outputs: 3, groupInputs: 1, height: 1, width: 2, groups: 3 };
  const packed = new Float32Array(16).fill(-1);
  packDepthwise(Float32Array.of(1, 2, 3, 4, 5, 6), packed, conv);
  expect([...packed]).toEqual([1, 3, 5, 0, 0, 0, 0, 0, 2, 4, 6, 0, 0, 0, 0, 0]);
  const back = new Float32Array(6);
  unpackDepthwise(packed, back, conv);
  expect([...back]).toEqual([1, 2, 3, 4, 5, 6]);
});
