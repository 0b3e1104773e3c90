import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { floats32, int64, runNode } from "../../test/helpers.ts";
import { float, int, ints } from "@samoyed/ir";

/** What old opsets wrote as attributes, and newer ones write as inputs or mean otherwise. */
describe("operators as old opsets have them", () => {
  test("before opset 7, broadcasting is asked for, and placed by axis", async () => {
    const a = floats32(
      [2, 3, 2],
      Array.from({ length: 12 }, (_, index) => index),
    );
    const b = floats32([3], [100, 200, 300]);
    const old = await runNode({ op: "Add", opset: 6, inputs: [a, b], attributes: { broadcast: int(1), axis: int(1) } });
    const modern = await runNode({ op: "Add", inputs: [a, floats32([3, 1], b.data)] });
    expect(old).toEqual(modern);
    await expect(
      runNode({ op: "Add", opset: 6, inputs: [a, b], attributes: { broadcast: int(1), axis: int(2) } }),
    ).rejects.toThrow("does not broadcast");
    await expect(
      runNode({ op: "Add", opset: 6, inputs: [a, noise([2, 3], 1)], attributes: { broadcast: int(1), axis: int(2) } }),
    ).rejects.toThrow("the second operand does not fit at axis 2 of the first");
  });

  test("before opset 7, PRelu's slope is one per channel", async () => {
    const x = noise([1, 2, 2, 2], 1);
    const old = await runNode({ op: "PRelu", opset: 6, inputs: [x, floats32([2], [0.5, 2])] });
    expect(old).toEqual(await runNode({ op: "PRelu", inputs: [x, floats32([2, 1, 1], [0.5, 2])] }));
  });

  test("before opset 13, axes and splits are attributes", async () => {
    const x = noise([2, 1, 4], 1);
    const squeezed = await runNode({ op: "Squeeze", opset: 11, inputs: [x], attributes: { axes: ints([1]) } });
    expect(squeezed).toEqual(await runNode({ op: "Squeeze", inputs: [x, int64([1])], constants: [1] }));
    const unsqueezed = await runNode({ op: "Unsqueeze", opset: 11, inputs: [x], attributes: { axes: ints([0, 4]) } });
    expect(unsqueezed).toEqual(await runNode({ op: "Unsqueeze", inputs: [x, int64([0, -1])], constants: [1] }));
    const attributes = { axis: int(2) };
    const parts = await runNode({
      op: "Split",
      opset: 11,
      inputs: [x],
      attributes: { ...attributes, split: ints([1, 3]) },
      outputs: 2,
    });
    expect(parts).toEqual(
      await runNode({ op: "Split", inputs: [x, int64([1, 3])], attributes, constants: [1], outputs: 2 }),
    );
  });

  test("before opset 10, Slice has attributes", async () => {
    const x = noise([4, 5], 1);
    const old = await runNode({
      op: "Slice",
      opset: 9,
      inputs: [x],
      attributes: { starts: ints([1, -3]), ends: ints([3, 1000]), axes: ints([0, 1]) },
    });
    expect(old).toEqual(await runNode({ op: "Slice", inputs: [x, int64([1, 2]), int64([3, 5])], constants: [1, 2] }));
  });

  test("before opset 18, Split needs equal parts; since then the last may be smaller", async () => {
    const x = noise([7, 2], 1);
    await expect(runNode({ op: "Split", inputs: [x], outputs: 3 })).rejects.toThrow(
      "does not split into 3 equal parts",
    );
    const parts = await runNode({
      op: "Split",
      opset: 18,
      inputs: [x],
      attributes: { num_outputs: int(3) },
      outputs: 3,
    });
    expect(parts.map((part) => part.shape)).toEqual([
      [3, 2],
      [3, 2],
      [1, 2],
    ]);
  });

  test("at opset 6, Dropout and BatchNormalization train unless is_test says otherwise", async () => {
    const x = noise([1, 2], 1);
    const attributes = { ratio: float(0.5) };
    await expect(runNode({ op: "Dropout", opset: 6, inputs: [x], attributes })).rejects.toThrow("is in training mode");
    const tested = { ...attributes, is_test: int(1) };
    expect(await runNode({ op: "Dropout", opset: 6, inputs: [x], attributes: tested })).toEqual([x]);
    const norm = [x, ...[1, 2, 3, 4].map((value) => floats32([2], [value, value]))];
    await expect(runNode({ op: "BatchNormalization", opset: 6, inputs: norm })).rejects.toThrow("is in training mode");
    const modern = await runNode({ op: "BatchNormalization", inputs: norm });
    expect(
      await runNode({ op: "BatchNormalization", opset: 6, inputs: norm, attributes: { is_test: int(1) } }),
    ).toEqual(modern);
  });

  test("a batch norm with spatial = 0 is refused", async () => {
    const norm = [noise([1, 2], 1), ...[1, 2, 3, 4].map((value) => floats32([2], [value, value]))];
    await expect(
      runNode({ op: "BatchNormalization", opset: 7, inputs: norm, attributes: { spatial: int(0) } }),
    ).rejects.toThrow("spatial");
  });
});
