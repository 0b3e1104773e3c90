// Checkpoints as PyTorch's own wrappers name them, with seeded weights, against their outputs.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { CheckpointValue } from "@samoyed/checkpoint";
import {
  type DType,
  elementCount,
  lazyTensor,
  type LazyTensor,
  MismatchError,
  type SamoyedError,
  UsageError,
  zeros,
} from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { GATE } from "@samoyed/test-support/networks";
import { seededArray, seededWeight } from "@samoyed/test-support/seeded";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../build-graph.ts";
import { type OpenedNetwork, openNetwork, type OpenNetworkOptions } from "../open-network.ts";

type Described =
  | { readonly tensor: readonly [dtype: DType, shape: readonly number[]] }
  | { readonly entries: readonly (readonly [string, Described])[] }
  | { readonly value: CheckpointValue };

interface Case {
  readonly name: string;
  readonly assume?: Readonly<Record<string, string>>;
  readonly content: Described;
  readonly output: readonly number[];
  readonly noise: number;
}

const SEED = "models-1";
const fixture = new URL("../../fixtures/wrapped.json.gz", import.meta.url);
const { size, cases } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as { size: number; cases: Case[] };

function tensorOf(name: string, [dtype, shape]: readonly [DType, readonly number[]]): LazyTensor {
  const tensor = dtype === "float32" ? { dtype, shape, data: seededWeight(SEED, name, shape) } : zeros(dtype, shape);
  return lazyTensor(name, tensor as Parameters<typeof lazyTensor>[1]);
}

function valueOf(name: string, described: Described): CheckpointValue {
  if ("tensor" in described) return tensorOf(name, described.tensor);
  if ("value" in described) return described.value;
  return new Map(described.entries.map(([key, value]) => [key, valueOf(key, value)]));
}

const named = (name: string): Case => cases.find((recorded) => recorded.name === name)!;

function open({ content, assume = {} }: Case, options: OpenNetworkOptions = {}): Promise<OpenedNetwork> {
  return openNetwork({ root: valueOf("", content) }, { assume: new Map(Object.entries(assume)), ...options });
}

/** The largest error of a network's output, in multiples of PyTorch's own noise. */
async function errorOf({ model, head, headChoice }: OpenedNetwork, { output, noise }: Case): Promise<number> {
  const { graph } = buildGraph({ model, tensors: model.tensors, head, headChoice }, {});
  const shape = [1, 3, size, size];
  const data = seededArray(SEED, "input", { count: elementCount(shape), std: 1 });
  const [name] = graph.outputs.map((info) => info.name);
  const values = await interpret(graph, { input: { dtype: "float32", shape, data } });
  const got = values.get(name!)!.data;
  expect(got).toHaveLength(output.length);
  return Math.max(...output.map((value, index) => Math.abs(Number(got[index]) - value))) / noise;
}

/** What is reported as unwrapped, and words of the notes. */
const EXPECTED: Readonly<Record<string, readonly [unwrapped: readonly string[], ...notes: readonly string[]]>> = {
  plain: [[]],
  "parallel under net": [["net", "module."]],
  Lightning: [["state_dict", "model."]],
  "Lightning with a loss and a metric": [["state_dict", "model."], "inference does not use it: criterion.*, val_acc.*"],
  "compiled then parallel": [["module.", "_orig_mod."]],
  "compiled parts": [["model", "state_dict", "_orig_mod.", "backbone."]],
  averaged: [["model_ema", "module."], "averaged weights are taken", "--key model (", "does not use it: n_averaged"],
  "averages beside the weights": [["state_dict", "ema_model."], "averaged weights are taken", "--prefix model. ("],
  MMPretrain: [["state_dict", "backbone."], "The classifier is head.fc."],
  "a classifier beside the backbone": [["encoder."], "The classifier is classifier."],
  "dropout and Linear": [[], "The classifier is fc.1."],
  MLP: [[], "a chain of layers: fc.0, fc.3"],
  "MLP with tanh": [[], "a chain of layers: fc.0, fc.2"],
  "two Linear layers": [[], "a chain of layers: fc.0, fc.1"],
  MoCo: [["state_dict", "module.", "encoder_q."], "others fit, too", "encoder_k.", "does not use it"],
  DINO: [["teacher", "backbone."], "others fit, too", "--key student", "does not use it: head.*"],
  SwAV: [["module."], "projection_head.*", "prototypes.*"],
  "numbered children": [["features."], "The classifier is fc."],
};

test.each(cases)("$name: computes what PyTorch computes", async (recorded) => {
  expect(await errorOf(await open(recorded), recorded)).toBeLessThanOrEqual(GATE);
});

test.each(Object.entries(EXPECTED))("%s: says what was taken", async (name, [expected, ...words]) => {
  const { unwrapped, notes } = await open(named(name));
  expect(unwrapped).toEqual(expected);
  for (const text of words) expect(notes.join("\n")).toContain(text);
  expect(notes.length === 0).toBe(words.length === 0);
});

test.each(cases.filter(({ assume }) => assume))("$name: is assumed to be otherwise", async (recorded) => {
  const settings = Object.keys(recorded.assume!);
  const network = await open(recorded, { assume: new Map() });
  const assumed = network.assumptions.filter(({ origin }) => origin === "assumed").map(({ setting }) => setting);
  expect(assumed).toEqual(expect.arrayContaining(settings));
  expect(await errorOf(network, recorded)).toBeGreaterThan(GATE);
  const told = (await open(recorded)).assumptions.filter(({ origin }) => origin === "given");
  expect(told.map(({ setting }) => setting)).toEqual(settings);
});

describe("a checkpoint that is not clear", () => {
  const entriesOf = (name: string): ReadonlyMap<CheckpointValue, CheckpointValue> =>
    valueOf("", named(name).content) as ReadonlyMap<CheckpointValue, CheckpointValue>;
  const plain = entriesOf("plain");
  const under = (prefix: string): ReadonlyMap<string, CheckpointValue> =>
    new Map([...plain].map(([name, value]) => [`${prefix}${String(name)}`, value]));
  const extra = (name: string): LazyTensor => tensorOf(name, ["float32", [4, 4]]);
  const errorFrom = (root: CheckpointValue, options: OpenNetworkOptions = {}): Promise<SamoyedError> =>
    openNetwork({ root }, options).then(
      () => Promise.reject(new Error("it was converted")),
      (error: SamoyedError) => error,
    );

  test("several state dicts that fit are listed with the options that choose", async () => {
    const root = new Map([
      ["net", plain],
      ["best", new Map(plain)],
    ]);
    const error = await errorFrom(root);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain("--key net (resnet10_c8-16-24-32, 5 classes); --key best (");
    expect(error.hint).toBe("Choose one: --key net");
    expect((await openNetwork({ root }, { key: "best" })).unwrapped).toEqual(["best"]);
    const both = new Map([...under("left."), ...under("right.")]);
    expect((await errorFrom(both)).message).toContain("--prefix left. (");
    expect((await openNetwork({ root: both }, { prefix: "right" })).notes).toEqual([
      "Left out, as --prefix says: left.* (80).",
    ]);
  });

  test("modules that may be parts of the network are refused, and --ignore leaves them out", async () => {
    const root = new Map<CheckpointValue, CheckpointValue>([...under("net."), ["neck.weight", extra("neck.weight")]]);
    const error = await errorFrom(root);
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toBe(
      'the tensors under "net." are resnet10_c8-16-24-32\'s, but 1 more may be parts of the network: neck.*',
    );
    expect(error.hint).toContain('To convert it without them: --ignore "neck.*".');
    const { unwrapped, notes } = await openNetwork({ root }, { ignore: ["neck.*"] });
    expect(unwrapped).toEqual(["net."]);
    expect(notes).toEqual(["Left out, as --ignore says: neck.*."]);
  });

  test("a head of several parts is not guessed", async () => {
    const { root } = {
      root: new Map([...entriesOf("a classifier beside the backbone"), ["aux.weight", extra("aux.weight")]]),
    };
    expect((await errorFrom(root)).hint).toContain('--ignore "classifier.*" --ignore "aux.*"');
    expect((await openNetwork({ root }, { ignore: ["aux.*"] })).model.numClasses).toBe(5);
  });

  test.each<[OpenNetworkOptions, string]>([
    [{ key: "nets" }, 'the checkpoint has no tensors at "nets"'],
    [{ prefix: "nets" }, 'no tensor\'s name begins with "nets."'],
    [{ ignore: ["nets.*"] }, 'no tensor\'s name matches --ignore "nets.*"'],
    [{ assume: new Map([["head-activation", "relu"]]) }, "the network's head has no place for it"],
    [{ assume: new Map([["activation", "mish"]]) }, 'activation got "mish"; expected one of relu'],
  ])("an option that fits nothing is refused: %j", async (options, message) => {
    const error = await errorFrom(new Map([["net", under("net.")]]), options);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(message);
  });

  test("names that are the same without wrappers are refused, as is a file without tensors", async () => {
    const [first] = plain;
    const twice = new Map<CheckpointValue, CheckpointValue>([...plain, [`module.${String(first![0])}`, first![1]]]);
    expect((await errorFrom(twice)).message).toContain("once their prefixes are stripped");
    expect((await errorFrom(new Map([["epoch", 3]]))).message).toContain("contains no tensors");
  });

  test("a wrapped network that is not whole is compared under its own names", async () => {
    const root = new Map([
      ["state_dict", new Map([...under("model.")].filter(([name]) => !name.endsWith("bn1.weight")))],
    ]);
    const error = await errorFrom(root);
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toContain(" bn1.weight [64] is missing");
  });
});
