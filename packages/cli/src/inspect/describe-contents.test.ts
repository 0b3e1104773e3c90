import type { CheckpointValue, InertRecord } from "@samoyed/checkpoint";
import { lazyTensor } from "@samoyed/core";
import { expect, test } from "vitest";
import { CONTENTS_SHOWN, describeContents, rootClass } from "./describe-contents.ts";
import { describeValue } from "./describe-value.ts";

const object = (global: string, rest: Partial<InertRecord> = {}): InertRecord => ({
  kind: "inert",
  global,
  args: [],
  ...rest,
});
const map = (entries: Readonly<Record<string, CheckpointValue>>) => new Map(Object.entries(entries));
const tensor = lazyTensor("w", { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) });

test.each<[CheckpointValue, string]>([
  [null, "None"],
  [true, "True"],
  [0.5, "0.5"],
  [2n ** 70n, "1180591620717411303424"],
  ["a\nb", '"a\\nb"'],
  [Uint8Array.of(1, 2), "2 bytes"],
  [tensor, "tensor float32 [2]"],
  [{ ...tensor, stored: "quantized qint8" }, "tensor quantized qint8 [2]"],
  [[1, [2, [3, [4, [5]]]]], "[1, [2, [3, [2 values]]]]"],
  [new Set(["a"]), '{"a"}'],
  [map({ a: 1, b: map({ c: null }) }), "{a=1, b={c=None}}"],
  [map({ a: tensor, b: tensor }), "2 tensors"],
  [new Map([[object("nets.Key"), 1]]), "{nets.Key(…)=1}"],
  [object("torch.float32"), "torch.float32"],
  [object("pathlib.PosixPath", { args: ["a", "b"] }), 'pathlib.PosixPath("a", "b")'],
  [
    object("argparse.Namespace", { state: map({ model: "resnet18", lr: 0.1 }) }),
    'argparse.Namespace(model="resnet18", lr=0.1)',
  ],
  [object("collections.deque", { args: [[], 9], items: [1, 2] }), "collections.deque([], 9, [1, 2])"],
  [object("nets.Slots", { state: [null, map({ a: 1 })] }), "nets.Slots(state [None, {a=1}])"],
  [object("nets.Config", { entries: map({ a: 1 }), keywords: map({ b: 2 }) }), "nets.Config(b=2, a=1)"],
  [Array.from({ length: 100 }, (_, index) => index), "[0, 1, 2, 3, 4, 5, 6, 7, … 92 more]"],
])("%o", (value, expected) => {
  expect(describeValue(value)).toBe(expected);
});

test("a description is bounded, whatever the value", () => {
  const wide: CheckpointValue = map(
    Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ["k".repeat(999) + i, "x".repeat(999)])),
  );
  let deep: CheckpointValue = [];
  for (let level = 0; level < 100; level++) deep = [deep, deep, deep, deep, deep, deep, deep, deep];
  const own: CheckpointValue[] = [];
  own.push(own);
  for (const value of [wide, deep, own, "x".repeat(1 << 20), object("g".repeat(1 << 20), { args: [deep] })]) {
    expect(describeValue(value).length).toBeLessThanOrEqual(160);
  }
  expect(describeValue("\u001b[2J")).not.toContain("\u001b");
});

test("entries beside the tensors", () => {
  const root = map({ state_dict: map({ w: tensor }), epoch: 3, w: tensor, criterion: object("nets.Loss") });
  expect(describeContents(root, { all: false })).toEqual({
    contents: [
      { key: "state_dict", value: "1 tensor" },
      { key: "epoch", value: "3" },
      { key: "criterion", value: "nets.Loss" },
    ],
    more: 0,
  });
  expect(rootClass(root)).toBeUndefined();
});

test("a checkpoint that is an object", () => {
  const root = object("posix.system", { args: ["id"], state: map({ training: false }) });
  expect(rootClass(root)).toBe("posix.system");
  expect(describeContents(root, { all: false }).contents).toEqual([
    { key: "argument 1", value: '"id"' },
    { key: "training", value: "False" },
  ]);
});

test("entries are counted", () => {
  const root = new Map<CheckpointValue, CheckpointValue>(Array.from({ length: 5000 }, (_, index) => [index, null]));
  const { contents, more } = describeContents(root, { all: false });
  expect([contents.length, more]).toEqual([CONTENTS_SHOWN, 5000 - CONTENTS_SHOWN]);
  expect(describeContents(root, { all: true })).toMatchObject({ contents: { length: 1000 }, more: 4000 });
});
