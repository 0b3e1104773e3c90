import { FormatError, type LazyTensor, lazyTensor, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { expectError } from "../test/expect-error.ts";
import { type CheckpointValue, stateDict } from "./index.ts";

const tensor = (name = "t"): LazyTensor => lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(1) });
const dict = (entries: Readonly<Record<string, CheckpointValue>>): ReadonlyMap<string, CheckpointValue> =>
  new Map(Object.entries(entries));
const unwrap = (root: CheckpointValue) => {
  const { tensors, unwrapped } = stateDict({ root });
  for (const [name, item] of tensors) {
    expect(item.name).toBe(name);
  }
  return { names: [...tensors.keys()], unwrapped };
};

const weights = dict({ w: tensor() });
test.each<[string, CheckpointValue, string[], string[]]>([
  ["the root itself", weights, ["w"], []],
  [
    "state_dict_ema first",
    dict({
      model: dict({ x: tensor() }),
      state_dict: dict({ y: tensor() }),
      model_ema: dict({ z: tensor() }),
      state_dict_ema: weights,
    }),
    ["w"],
    ["state_dict_ema"],
  ],
  [
    "then model_ema",
    dict({ model: dict({ x: tensor() }), state_dict: dict({ y: tensor() }), model_ema: weights }),
    ["w"],
    ["model_ema"],
  ],
  ["then state_dict", dict({ model: dict({ x: tensor() }), state_dict: weights }), ["w"], ["state_dict"]],
  ["then model", dict({ model: weights, epoch: 3 }), ["w"], ["model"]],
  ["an averaged model of None is skipped", dict({ state_dict_ema: null, state_dict: weights }), ["w"], ["state_dict"]],
  [
    "one leading module.",
    dict({ "module.a": tensor(), "module.module.b": tensor(), "c.module.d": tensor() }),
    ["a", "module.b", "c.module.d"],
    ["module."],
  ],
  [
    "then one _orig_mod.",
    dict({ "module._orig_mod.a": tensor(), "_orig_mod.b": tensor(), "_orig_mod.module.c": tensor() }),
    ["a", "b", "module.c"],
    ["module.", "_orig_mod."],
  ],
  ["both together", dict({ state_dict: dict({ "module.a": tensor() }) }), ["a"], ["state_dict", "module."]],
  ["values that are not tensors are left out", dict({ w: tensor(), epoch: 3, note: "x", nested: weights }), ["w"], []],
])("%s", (_, root, names, unwrapped) => {
  expect(unwrap(root)).toEqual({ names, unwrapped });
});

test("a TorchScript module's attributes", () => {
  const module = (state: CheckpointValue): CheckpointValue => ({
    kind: "inert",
    global: "__torch__.Net",
    args: [],
    state,
  });
  const shared = module(dict({ weight: tensor() }));
  const root = module(dict({ training: false, body: module(dict({ "0": shared })), head: shared }));
  expect(unwrap(root)).toEqual({ names: ["body.0.weight", "head.weight"], unwrapped: [] });
});

test("a TorchScript module that contains itself", () => {
  const state = new Map<CheckpointValue, CheckpointValue>([["w", tensor()]]);
  const root: CheckpointValue = { kind: "inert", global: "__torch__.Net", args: [], state };
  state.set("me", root);
  expect(unwrap(root).names).toEqual(["w"]);
});

test("modules shared 2^40-fold: capped", async () => {
  let module: CheckpointValue = { kind: "inert", global: "__torch__.Net", args: [], state: new Map() };
  for (let level = 0; level < 40; level++) {
    module = { kind: "inert", global: "__torch__.Net", args: [], state: dict({ a: module, b: module }) };
  }
  await expectError(() => stateDict({ root: module }), FormatError, "a module of more than 100000 modules");
});

test.each<[string, CheckpointValue, string]>([
  [
    "a collision after stripping",
    dict({ "module.a": tensor(), a: tensor() }),
    'tensors "module.a" and "a" are both "a" once their prefixes are stripped',
  ],
  [
    "a collision of two prefixes",
    dict({ "module.a": tensor(), "_orig_mod.a": tensor() }),
    'tensors "module.a" and "_orig_mod.a" are both "a" once their prefixes are stripped',
  ],
  [
    "a number and its digits",
    new Map<CheckpointValue, CheckpointValue>([
      [7, tensor()],
      ["7", tensor()],
    ]),
    'tensors "7" and "7" are both "7" once their prefixes are stripped',
  ],
  ["no tensors", dict({ epoch: 3 }), "the checkpoint contains no tensors"],
  ["no tensors in the unwrapped value", dict({ model: dict({}) }), "the checkpoint's model contains no tensors"],
])("%s: a typed error", async (_, root, message) => {
  await expectError(() => stateDict({ root }), FormatError, message);
});

test("no tensors at the root: the hint says where there are some", async () => {
  await expectError(
    () => stateDict({ root: dict({ net: weights, epoch: 1 }) }),
    FormatError,
    "the checkpoint contains no tensors",
    'There are tensors under "net"; in Python, save only that part.',
  );
});

test.each<[string, CheckpointValue, string]>([
  ["a tensor", tensor(), "the checkpoint is not a dictionary of tensors"],
  ["a list", [tensor()], "the checkpoint is not a dictionary of tensors"],
  ["None under state_dict", dict({ state_dict: null }), "the checkpoint's state_dict is not a dictionary of tensors"],
])("%s is not a dictionary", async (_, root, message) => {
  await expectError(() => stateDict({ root }), UnsupportedError, message);
});
